const VENDOR = /^application\/vnd\.com\.nsn\.cumulocity\.([a-z0-9]+)\+json$/i;

/** How an answer is spelled: with Cumulocity's own media type, as plain JSON, or not at all on a POST or PUT. */
export type Representation = 'vendor' | 'json' | 'empty';

/**
 * What an Accept header allows (docs/reference/rest-api.md#media-types-and-the-accept-header). Undefined when it allows
 * nothing that the platform speaks. A type named outright beats a wildcard. The name of another Cumulocity type counts,
 * because clients ask for related ones.
 */
export function representationOf(accept: string | undefined, writes: boolean): Representation | undefined {
  if (accept === undefined || accept.trim() === '') return writes ? 'empty' : 'vendor';
  const types = accept.split(',').flatMap(acceptedType);
  if (types.some((type) => VENDOR.test(type))) return 'vendor';
  if (types.includes('application/json')) return 'json';
  if (types.includes('*/*') || types.includes('application/*')) return 'vendor';
  return types.includes('text/plain') ? 'json' : undefined;
}

function acceptedType(range: string): string[] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [type];
}

export function contentTypeOf(representation: Representation, bodyType: string | undefined): string {
  if (representation === 'json' || bodyType === undefined) return 'application/json;charset=UTF-8';
  return `application/vnd.com.nsn.cumulocity.${bodyType}+json;charset=UTF-8;ver=0.9`;
}

/** What a request's body is: plain JSON, one of Cumulocity's types, or something else (undefined). */
export function bodyTypeOf(contentType: string | undefined): { readonly bodyType?: string } | undefined {
  const type = contentType?.split(';')[0]?.trim() ?? '';
  if (type === '' || type.toLowerCase() === 'application/json') return {};
  const bodyType = VENDOR.exec(type)?.[1];
  return bodyType === undefined ? undefined : { bodyType };
}
