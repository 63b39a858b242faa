const VENDOR = /^application\/vnd\.com\.nsn\.cumulocity\.([a-z0-9]+)\+json$/i;

/** The form of an answer: Cumulocity's own media type, plain JSON, or no body at all (only after a POST or PUT). */
export type Representation = 'vendor' | 'json' | 'empty';

/**
 * What an Accept header allows (docs/reference/rest-api.md#media-types-and-the-accept-header). Undefined when it allows
 * no type that the platform can write. A named type comes before a wildcard. Any Cumulocity type is accepted, because
 * clients often ask for a related one. `writes`: the request is a POST or PUT.
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

/** The Content-Type header of an answer; `bodyType` is Cumulocity's name of the type. */
export function contentTypeOf(representation: Representation, bodyType: string | undefined): string {
  if (representation === 'json' || bodyType === undefined) return 'application/json;charset=UTF-8';
  return `application/vnd.com.nsn.cumulocity.${bodyType}+json;charset=UTF-8;ver=0.9`;
}

/** The type of a request's body: `{}` for plain JSON, Cumulocity's name of the type, or undefined for any other. */
export function bodyTypeOf(contentType: string | undefined): { readonly bodyType?: string } | undefined {
  const type = contentType?.split(';')[0]?.trim() ?? '';
  if (type === '' || type.toLowerCase() === 'application/json') return {};
  const bodyType = VENDOR.exec(type)?.[1];
  return bodyType === undefined ? undefined : { bodyType };
}
