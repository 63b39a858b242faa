import { closedReply } from '../bayeux/closing';
import { type BayeuxReply, HANDSHAKE_AGAIN, UNKNOWN_CLIENT } from '../bayeux/messages';
import type { RealtimeDeps } from '../bayeux/subscriber';
import { deleteMail, openMailbox } from '../items/mailbox-items';
import type { Session } from '../items/session-items';
import { MAIL_PER_ANSWER } from '../limits';

/** Milliseconds between two reads of the mailbox. The time grows, because each read costs something. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 500;
const GROWTH = 1.4;

/** The result of a poll: mail, and members that replace those of the reply. */
export interface PollResult {
  readonly mail: readonly string[];
  readonly reply?: Pick<BayeuxReply, 'successful' | 'error' | 'advice'>;
}

/**
 * Waits for mail, at most `timeout` milliseconds. It ends early when the session is closed or gone. It also ends early
 * when the client has begun another poll, because the client reads the answer to its latest poll only.
 */
export async function waitForMail(
  { registry, clock }: Pick<RealtimeDeps, 'registry' | 'clock'>,
  { clientId, poll }: Session,
  timeout: number,
): Promise<PollResult> {
  const deadline = clock.now() + timeout;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * GROWTH, LONGEST_WAIT)) {
    const left = deadline - clock.now();
    if (left <= 0) return { mail: [] };
    await clock.sleep(Math.min(wait, left));
    const { session, mail } = await openMailbox(registry, clientId, MAIL_PER_ANSWER);
    if (session?.closed !== undefined) return { mail: [], reply: closedReply(session.closed, { channel: '' }) };
    if (session !== undefined && session.poll !== poll) return { mail: [] };
    if (mail.length > 0) {
      await deleteMail(registry, clientId, mail);
      return { mail: mail.map(({ messages }) => messages) };
    }
    if (session === undefined) {
      return { mail: [], reply: { successful: false, error: UNKNOWN_CLIENT, advice: HANDSHAKE_AGAIN } };
    }
  }
}
