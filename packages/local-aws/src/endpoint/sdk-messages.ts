/** A request as an SDK client hands it to its request handler. */
export interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An answer as an SDK client takes it from its request handler. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** The text of a body, which the SDK hands over as a text or as bytes. */
export const bodyText = (body: unknown): string =>
  typeof body === 'string' ? body : body instanceof Uint8Array ? new TextDecoder().decode(body) : '{}';

/** The operation and the input of a request in the AWS JSON protocol. */
export function jsonRequest({ headers, body }: Pick<SdkRequest, 'headers' | 'body'>): {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
} {
  return { operation: (headers['x-amz-target'] ?? '').split('.').at(-1) ?? '', input: JSON.parse(bodyText(body)) };
}

/** An answer with a JSON body. */
export const jsonResponse = (
  statusCode: number,
  body: unknown,
  more: Readonly<Record<string, string>> = {},
): SdkResponse => ({
  statusCode,
  headers: { 'content-type': 'application/x-amz-json-1.0', ...more },
  body: new TextEncoder().encode(JSON.stringify(body)),
});
