import * as z from 'zod/mini';
import { defined } from '../base/defined';
import { fail, ok, type Result } from '../base/result';

/** A lifecycle event of the broker (docs/reference/aws-platform.md#what-a-lifecycle-event-says). */
export interface LifecycleEvent {
  readonly clientId: string;
  readonly eventType: 'connected' | 'disconnected' | 'subscribed' | 'unsubscribed';
  /** ms since the epoch. */
  readonly timestamp: number;
  /** '' when the broker sent none. */
  readonly sessionIdentifier: string;
  readonly versionNumber?: number;
  /** Filters of a SUBSCRIBE or UNSUBSCRIBE; empty for other events. */
  readonly topics: readonly string[];
}

const schema = z.object({
  clientId: z.string().check(z.minLength(1)),
  eventType: z.enum(['connected', 'disconnected', 'subscribed', 'unsubscribed']),
  timestamp: z.number(),
  sessionIdentifier: z._default(z.string(), ''),
  versionNumber: z.optional(z.number()),
  topics: z._default(z.array(z.string()), []),
});

/** Reads the event that the rule hands over; the error says what is wrong with it. */
export function parseLifecycleEvent(event: unknown): Result<LifecycleEvent, string> {
  const parsed = z.safeParse(schema, event);
  if (!parsed.success) return fail(`lifecycle event is wrong: ${z.prettifyError(parsed.error)}`);
  return ok(defined(parsed.data));
}
