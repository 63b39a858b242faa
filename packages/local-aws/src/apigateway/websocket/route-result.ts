/** What the function of a route returned. */
interface RouteResult {
  readonly statusCode: number;
  readonly body?: string;
  readonly protocol?: string;
}

/** Reads the result of a function, payload format of WebSocket APIs. */
export function routeResultOf(payload: string): RouteResult {
  const result: unknown = JSON.parse(payload);
  if (typeof result !== 'object' || result === null) return { statusCode: 500 };
  const {
    statusCode,
    body,
    headers = {},
  } = result as {
    readonly statusCode?: unknown;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, unknown>>;
  };
  const [, protocol] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
  return {
    statusCode: Number(statusCode ?? 500),
    ...(typeof body === 'string' && { body }),
    ...(typeof protocol === 'string' && { protocol }),
  };
}
