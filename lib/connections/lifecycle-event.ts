import * as z from 'zod/mini';
import { defined } from '../base/defined';
import { fail, ok, type Result } from '../base/result';

/** A lifecycle event of the broker (docs/reference/aws-platform.md#what-a-lifecycle-event-says). */
export interface LifecycleEvent {
  readonly clientId: string;
  readonly eventType: 'connected' | 'disconnected' | 'subscribed' | 'unsubscribed';
  /** ms since the epoch. */
  readonly timestamp: number;
  readonly sessionIdentifier: string;
  readonly versionNumber?: number;
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

/** The event as the rule hands it over; the error says what is wrong with it. */
export function parseLifecycleEvent(event: unknown): Result<LifecycleEvent, string> {
  const parsed = z.safeParse(schema, event);
  if (!parsed.success) return fail(`lifecycle event is wrong: ${z.prettifyError(parsed.error)}`);
  return ok(defined(parsed.data));
}
