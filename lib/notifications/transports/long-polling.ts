import { Bayeux, type Client } from '../bayeux/bayeux';
import { type BayeuxReply, malformed, parseMessages } from '../bayeux/messages';
import type { RealtimeDeps } from '../bayeux/subscriber';
import { MESSAGE_BYTES } from '../limits';
import { waitForMail } from './wait-for-mail';

/** A long-polling request. */
export interface PollRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly client: Client;
}

/** The HTTP response to it. */
export interface PollResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The path, also with the type of the message behind it, and the older path
 * (docs/reference/rest-api.md#paths-of-real-time-notifications).
 */
const PATH = /^\/(?:notification\/(?:realtime|operations)|cep\/realtime)(?:\/(?:handshake|connect|disconnect)?)?$/;
const HEADERS = { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store' };

/** Answers a request with an array of messages. A connect waits until there is mail, or until its time is over. */
export async function answerPoll(
  deps: RealtimeDeps,
  { method, path, body, client }: PollRequest,
): Promise<PollResponse> {
  if (!PATH.test(path)) return response(404, [malformed(`404::No such endpoint: ${path}`)]);
  if (method !== 'POST')
    return { ...response(405, [malformed('405::Only POST')]), headers: { ...HEADERS, allow: 'POST' } };
  if (Buffer.byteLength(body) > MESSAGE_BYTES) {
    return response(413, [malformed(`413::Message too large: the limit is ${MESSAGE_BYTES} bytes`)]);
  }
  const messages = parseMessages(body);
  if (!messages.ok) return response(400, [malformed(messages.error)]);
  const { replies, mail, poll } = await new Bayeux(deps, client).answer(messages.value);
  if (poll === undefined || poll.timeout === 0) return response(200, replies, mail);
  const waited = await waitForMail(deps, poll.session, poll.timeout);
  const [last, ...earlier] = [...replies].reverse();
  const final = last && { ...last, ...waited.reply };
  return response(200, [...earlier.reverse(), ...(final ? [final] : [])], waited.mail);
}

function response(statusCode: number, replies: readonly BayeuxReply[], mail: readonly string[] = []): PollResponse {
  return { statusCode, headers: HEADERS, body: joined(mail, replies) };
}

/** One JSON array of all notifications and replies. Each text of `mail` is an array already. */
function joined(mail: readonly string[], replies: readonly BayeuxReply[]): string {
  const parts = [...mail.map((text) => text.slice(1, -1)), ...replies.map((reply) => JSON.stringify(reply))];
  return `[${parts.join(',')}]`;
}
