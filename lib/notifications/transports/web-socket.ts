import { defined } from '../../base/defined';
import { Bayeux, type BayeuxAnswer } from '../bayeux/bayeux';
import { type ClientMessage, malformed, parseMessages } from '../bayeux/messages';
import { identify, type RealtimeDeps } from '../bayeux/subscriber';
import { changeSession } from '../items/session-items';
import { bindWebSocket, deleteWebSocket, getWebSocket, putWebSocket } from '../items/web-socket-items';
import { EARLY_CONNECT_MS, GRACE_MS, HOLD_MS, WEBSOCKET_MS } from '../limits';
import { framesOf } from '../notification';

/** The request that opens a WebSocket. */
export interface Upgrade {
  readonly connectionId: string;
  readonly baseUrl: string;
  readonly authorization?: string;
}

/** Stores a new WebSocket; false when the Authorization header of its upgrade request is wrong. */
export async function openWebSocket(deps: RealtimeDeps, upgrade: Upgrade): Promise<boolean> {
  const { connectionId, baseUrl, authorization } = upgrade;
  const identity = authorization && (await identify(deps, authorization, new URL(baseUrl).hostname));
  if (authorization !== undefined && !identity) return false;
  const record = defined({ connectionId, baseUrl, identity: identity || undefined });
  await putWebSocket(deps.registry, record, deps.clock.now() + WEBSOCKET_MS);
  return true;
}

/** Deletes a WebSocket that has ended. Its session stays for a while, so that the client can find what it missed. */
export async function closeWebSocket({ registry, clock }: RealtimeDeps, connectionId: string): Promise<void> {
  const record = await getWebSocket(registry, connectionId);
  await deleteWebSocket(registry, connectionId);
  if (record?.clientId === undefined) return;
  const change = { connectionId: null, aliveUntil: clock.now() + GRACE_MS };
  await changeSession(registry, record.clientId, change, connectionId);
}

/**
 * Answers what a client sent over its WebSocket. Returns the last frame of the answer. API Gateway sends it as the
 * response of the route, which saves a call. Earlier frames are posted.
 */
export async function answerMessage(deps: RealtimeDeps, connectionId: string, text: string): Promise<string> {
  const messages = parseMessages(text);
  if (!messages.ok) return JSON.stringify([malformed(messages.error)]);
  const record = await getWebSocket(deps.registry, connectionId);
  // a WebSocket that was let in is known, as long as API Gateway keeps it open
  if (record === undefined) return JSON.stringify([malformed('402::Unknown connection')]);
  const { baseUrl, identity } = record;
  const client = defined({ connectionId, baseUrl, identity });
  const answer = await new Bayeux(deps, client).answer(messages.value);
  const { clientId } = answer.session ?? {};
  if (clientId !== undefined && clientId !== record.clientId)
    await bindWebSocket(deps.registry, connectionId, clientId);
  if (isEarly(messages.value, answer, deps.clock.now())) await deps.clock.sleep(HOLD_MS);
  return postAllButLast(deps, connectionId, answer);
}

/** Whether a client connects again too soon. It ignores the interval, and would connect in a tight loop. */
function isEarly(
  messages: readonly ClientMessage[],
  { mail, previousConnect = 0 }: BayeuxAnswer,
  now: number,
): boolean {
  if (messages.length > 1 || messages[0]?.timeout === 0 || mail.length > 0) return false;
  return previousConnect > 0 && now - previousConnect < EARLY_CONNECT_MS;
}

async function postAllButLast(deps: RealtimeDeps, connectionId: string, answer: BayeuxAnswer): Promise<string> {
  const frames = [...answer.mail, ...framesOf(answer.replies.map((reply) => JSON.stringify(reply)))];
  const last = frames.pop() ?? '[]';
  for (const frame of frames) await deps.webSockets.post(connectionId, frame);
  return last;
}
