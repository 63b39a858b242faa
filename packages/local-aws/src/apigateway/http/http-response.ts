import type { InvocationResult } from '../../lambda/runtime/instance';

interface HttpResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

interface LambdaResponse {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly cookies?: readonly unknown[];
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

const JSON_TYPE: readonly [string, string] = ['content-type', 'application/json'];
/** Node's server writes these itself. */
const OWN_HEADERS = new Set(['content-length', 'connection', 'transfer-encoding']);

/**
 * The HTTP response for the result of a function, payload format 2.0. A result without `statusCode` is itself the JSON
 * body of a 200. A failed function gives a 500.
 */
export function toHttpResponse(outcome: InvocationResult): HttpResponse {
  if (!outcome.ok) return failure();
  const result: unknown = JSON.parse(outcome.payload);
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const body = typeof result === 'string' ? result : outcome.payload;
    return { status: 200, headers: [JSON_TYPE], body: Buffer.from(body) };
  }
  const { statusCode, headers = {}, cookies = [], body, isBase64Encoded } = result as LambdaResponse;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return failure();
  const text = typeof body === 'string' ? body : body === undefined || body === null ? '' : JSON.stringify(body);
  const named = Object.entries(headers)
    .filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()))
    .map(([name, value]) => [name, String(value)] as const);
  const typed = named.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status,
    headers: [
      ...named,
      ...(typed || text === '' ? [] : [['content-type', 'text/plain;charset=UTF-8'] as const]),
      ...cookies.map((cookie) => ['set-cookie', String(cookie)] as const),
    ],
    body: Buffer.from(text, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function failure(): HttpResponse {
  return { status: 500, headers: [JSON_TYPE], body: Buffer.from('{"message":"Internal Server Error"}') };
}
