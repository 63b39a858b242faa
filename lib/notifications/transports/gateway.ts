import * as z from 'zod/mini';
import { defined } from '../../base/defined';
import { fail, ok, type Result } from '../../base/result';
import type { RealtimeDeps } from '../bayeux/subscriber';
import { answerPoll } from './long-polling';
import { answerMessage, closeWebSocket, openWebSocket } from './web-socket';

/** The result of the function, as API Gateway expects it. */
export interface GatewayAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What answering API Gateway needs. */
export interface GatewayDeps extends RealtimeDeps {
  /** The address a client uses for this platform, from the URL and the headers of its request. */
  baseUrlOf(url: URL, header: (name: string) => string | undefined): string;
}

const headers = z.optional(z.record(z.string(), z.string()));
const body = { body: z.optional(z.string()), isBase64Encoded: z.optional(z.boolean()) };
const webSocketEvent = z.object({
  ...body,
  headers,
  requestContext: z.object({
    eventType: z.enum(['CONNECT', 'DISCONNECT', 'MESSAGE']),
    connectionId: z.string(),
    domainName: z.string(),
  }),
});
const httpEvent = z.object({
  ...body,
  version: z.literal('2.0'),
  rawPath: z.string(),
  headers,
  requestContext: z.object({ domainName: z.string(), http: z.object({ method: z.string() }) }),
});
const event = z.union([webSocketEvent, httpEvent]);
type WebSocketEvent = z.output<typeof webSocketEvent>;
type HttpEvent = z.output<typeof httpEvent>;

/**
 * Answers an event of API Gateway, from the WebSocket API or from the HTTP API in payload format 2.0. The error says
 * why it is no such event.
 */
export async function answerGateway(deps: GatewayDeps, value: unknown): Promise<Result<GatewayAnswer, string>> {
  const parsed = z.safeParse(event, value);
  if (!parsed.success) return fail(z.prettifyError(parsed.error));
  return ok(await ('version' in parsed.data ? answerHttp(deps, parsed.data) : answerWebSocket(deps, parsed.data)));
}

async function answerWebSocket(deps: GatewayDeps, event: WebSocketEvent): Promise<GatewayAnswer> {
  const { connectionId, eventType } = event.requestContext;
  switch (eventType) {
    case 'CONNECT':
      return accept(deps, event);
    case 'DISCONNECT':
      await closeWebSocket(deps, connectionId);
      return { statusCode: 200 };
    case 'MESSAGE':
      return { statusCode: 200, body: await answerMessage(deps, connectionId, textOf(event)) };
  }
}

/** Lets a WebSocket in. A browser that offers sub-protocols wants one of them in the answer. */
async function accept(deps: GatewayDeps, event: WebSocketEvent): Promise<GatewayAnswer> {
  const header = headerReader(event.headers);
  const authorization = header('authorization');
  const { connectionId, domainName } = event.requestContext;
  const baseUrl = deps.baseUrlOf(new URL(`https://${domainName}`), header);
  const upgrade = defined({ connectionId, baseUrl, authorization: authorization || undefined });
  if (!(await openWebSocket(deps, upgrade))) return { statusCode: 401 };
  const protocol = header('sec-websocket-protocol')?.split(',')[0]?.trim();
  return { statusCode: 200, ...(protocol && { headers: { 'Sec-WebSocket-Protocol': protocol } }) };
}

function answerHttp(deps: GatewayDeps, event: HttpEvent): Promise<GatewayAnswer> {
  const header = headerReader(event.headers);
  const { domainName, http } = event.requestContext;
  const authorization = header('authorization');
  return answerPoll(deps, {
    method: http.method,
    path: event.rawPath,
    body: textOf(event),
    client: defined({
      baseUrl: deps.baseUrlOf(new URL(`https://${domainName}`), header),
      authorization: authorization || undefined,
    }),
  });
}

const textOf = ({ body = '', isBase64Encoded }: Pick<HttpEvent, 'body' | 'isBase64Encoded'>): string =>
  isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;

/** An HTTP API writes header names in lower case. A WebSocket API leaves them as the client sent them. */
function headerReader(given: Readonly<Record<string, string>> = {}): (name: string) => string | undefined {
  const lower = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => lower.get(name);
}
