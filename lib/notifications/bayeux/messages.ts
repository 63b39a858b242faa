import * as z from 'zod/mini';
import { defined } from '../../base/defined';
import { fail, ok, type Result } from '../../base/result';
import { CONNECT_INTERVAL_MS, MESSAGE_BYTES, MESSAGES_PER_REQUEST, POLL_MS } from '../limits';

/**
 * The key of Cumulocity's credentials in a handshake's `ext` (docs/reference/rest-api.md#credentials-in-a-handshake).
 */
const AUTHENTICATION = 'com.cumulocity.authn';
const NAME_LENGTH = 256;

const name = z.string().check(z.maxLength(NAME_LENGTH));
const message = z.object({
  channel: name,
  id: z.optional(z.union([name, z.number()])),
  clientId: z.optional(name),
  subscription: z.optional(z.union([name, z.array(name).check(z.minLength(1))])),
  advice: z.optional(z.looseObject({ timeout: z.optional(z.number()) })),
  ext: z.optional(z.looseObject({ [AUTHENTICATION]: z.optional(z.looseObject({ token: z.optional(z.string()) })) })),
});
const messages = z.union([z.array(message).check(z.minLength(1)), message]);

/** One Bayeux message of a client. */
export interface ClientMessage {
  readonly channel: string;
  readonly id?: string | number;
  readonly clientId?: string;
  /** The channels to subscribe to or to unsubscribe from. */
  readonly subscriptions: readonly string[];
  /** How long the client wants its connect to wait, in milliseconds. */
  readonly timeout?: number;
  /** Base64 of `tenant/user:password` or `user:password`. */
  readonly token?: string;
}

/** What the platform tells a client about further connects. */
export interface Advice {
  readonly reconnect: 'retry' | 'handshake' | 'none';
  /** Milliseconds to wait before the next connect. */
  readonly interval?: number;
  /** Milliseconds a connect may take. */
  readonly timeout?: number;
}

/** The platform's answer to one message. */
export interface BayeuxReply {
  readonly channel: string;
  readonly successful: boolean;
  readonly id?: string | number;
  readonly clientId?: string;
  readonly version?: string;
  readonly minimumVersion?: string;
  readonly supportedConnectionTypes?: readonly string[];
  readonly subscription?: string | readonly string[];
  /** `<code>::<text>`. */
  readonly error?: string;
  readonly advice?: Advice;
}

export const CONNECTION_TYPES = ['long-polling', 'smartrest-long-polling', 'websocket'] as const;
export const RETRY: Advice = { reconnect: 'retry', interval: 0, timeout: POLL_MS };
/** For a WebSocket: a connect is answered at once, and the client sends the next one after an interval. */
export const RETRY_LATER: Advice = { reconnect: 'retry', interval: CONNECT_INTERVAL_MS, timeout: POLL_MS };
export const HANDSHAKE_AGAIN: Advice = { reconnect: 'handshake', interval: 0 };
export const UNKNOWN_CLIENT = '402::Unknown client';
export const STAY_AWAY: Advice = { reconnect: 'none' };

/** Reads what a client sent: one message, or an array of messages. The error is the text for the client. */
export function parseMessages(text: string): Result<readonly ClientMessage[], string> {
  const bytes = Buffer.byteLength(text);
  if (bytes > MESSAGE_BYTES) return fail(`413::Message too large: ${bytes} bytes, the limit is ${MESSAGE_BYTES}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail('400::Malformed message: not JSON');
  }
  if (Array.isArray(json) && json.length > MESSAGES_PER_REQUEST) {
    return fail(`413::Too many messages: ${json.length}, the limit is ${MESSAGES_PER_REQUEST}`);
  }
  const parsed = z.safeParse(messages, json);
  if (!parsed.success) return fail('400::Malformed message: not an array of Bayeux messages');
  return ok((Array.isArray(parsed.data) ? parsed.data : [parsed.data]).map(clientMessage));
}

/** The answer to something that is not a message, so that its client and its channel are unknown. */
export const malformed = (error: string): BayeuxReply => ({ channel: '/meta/unsuccessful', successful: false, error });

function clientMessage({ channel, id, clientId, subscription, advice, ext }: z.output<typeof message>): ClientMessage {
  const token = ext?.[AUTHENTICATION]?.token;
  return defined({
    channel,
    subscriptions: subscription === undefined ? [] : [subscription].flat(),
    id,
    clientId,
    timeout: advice?.timeout,
    token,
  });
}
