import { changeSession, type Session } from '../items/session-items';
import { deleteSubscriptions, subscriptionsOf } from '../items/subscription-items';
import { GRACE_MS } from '../limits';
import { type BayeuxReply, STAY_AWAY } from './messages';
import type { RealtimeDeps } from './subscriber';

export const CREDENTIALS_CHANGED = '403::Credentials are no longer valid';
export const TOO_MANY_CONNECTIONS = '403::Too many connections of this user to the channel';

/** The reply to a client whose session the platform has closed. */
export const closedReply = (error: string, answering: Pick<BayeuxReply, 'channel' | 'id'>): BayeuxReply => ({
  ...answering,
  successful: false,
  error,
  advice: STAY_AWAY,
});

/** Closes a session for a reason. Its subscriptions end, and its client is told the reason and not to connect again. */
export async function closeSession(
  { registry, clock, webSockets }: Pick<RealtimeDeps, 'registry' | 'clock' | 'webSockets'>,
  { clientId, tenant, connectionId }: Session,
  reason: string,
): Promise<void> {
  await changeSession(registry, clientId, { closed: reason, aliveUntil: clock.now() + GRACE_MS });
  await deleteSubscriptions(registry, tenant, await subscriptionsOf(registry, clientId));
  if (connectionId === undefined) return;
  const notice = closedReply(reason, { channel: '/meta/connect' });
  const posted = await webSockets.post(connectionId, JSON.stringify([notice]));
  if (posted === 'sent') await webSockets.close(connectionId);
}
