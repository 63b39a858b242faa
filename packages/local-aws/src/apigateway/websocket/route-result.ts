/** What the function of a route returned. */
interface RouteResult {
  readonly statusCode: number;
  readonly body?: string;
  readonly protocol?: string;
}

/** For a result that cannot be read. */
const BAD_RESULT = 500;

/** Reads the result of a function, payload format of WebSocket APIs. */
export function routeResultOf(payload: string): RouteResult {
  const result: unknown = JSON.parse(payload);
  if (typeof result !== 'object' || result === null) return { statusCode: BAD_RESULT };
  const { statusCode, body, headers } = result as {
    readonly statusCode?: unknown;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, unknown>> | null;
  };
  const [, protocol] =
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
  const status = Number(statusCode ?? BAD_RESULT);
  return {
    // AWS takes a number written as text as well
    statusCode: Number.isInteger(status) && status >= 100 && status <= 599 ? status : BAD_RESULT,
    ...(typeof body === 'string' && { body }),
    ...(typeof protocol === 'string' && { protocol }),
  };
}
