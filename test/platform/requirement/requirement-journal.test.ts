import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asOf, insert, settle } from '../../../lib/platform/journal';
import {
  type RequirementEvent,
  type RequirementJournal,
  type RequirementState,
  requirementOf,
  requirementStep,
} from '../../../lib/platform/requirement/requirement-journal';

const MINUTE = 60_000;
const EMPTY: RequirementJournal = { version: 0, base: {}, events: [] };

/** The requirement after events in this order of arrival, with the journal settled each time. */
function stateOf(events: readonly RequirementEvent[]): RequirementState {
  let journal = EMPTY;
  for (const event of events) {
    const inserted = insert(journal, event);
    if (inserted !== undefined) journal = { ...journal, ...settle(inserted, requirementStep) };
  }
  return requirementOf(journal);
}

const event = (kind: 'set' | 'ifAbsent', minutes: number): RequirementEvent => ({
  kind,
  value: { responseInterval: minutes },
  asOf: asOf({ receivedAt: minutes * MINUTE, messageId: 'aaaaaaaa', row: 1 }),
});

describe('the requirement of a device', () => {
  it('is the same whatever the order of arrival, however late', () => {
    const events = fc.uniqueArray(
      fc.record({
        kind: fc.constantFrom('set' as const, 'ifAbsent' as const),
        minutes: fc.integer({ min: 1, max: 60 }),
      }),
      { selector: ({ minutes }) => minutes, maxLength: 8 },
    );
    const arrival = events.chain((some) =>
      fc.record({
        order: fc.constant([...some].sort((one, other) => one.minutes - other.minutes)),
        arrival: fc.shuffledSubarray([...some, ...some], { minLength: some.length * 2, maxLength: some.length * 2 }),
      }),
    );
    fc.assert(
      fc.property(arrival, ({ order, arrival: arrived }) => {
        const make = (some: typeof order) => stateOf(some.map(({ kind, minutes }) => event(kind, minutes)));
        const { value, since } = make(order);
        expect(make(arrived)).toMatchObject({ ...(value !== undefined && { value }), ...(since && { since }) });
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the first one of a device after a removal, also when that comes late', () => {
    const removed: RequirementEvent = { kind: 'remove', asOf: event('set', 30).asOf };
    const [before, first, second] = [event('ifAbsent', 10), event('ifAbsent', 40), event('ifAbsent', 50)];
    for (const order of [
      [removed, second, first],
      [second, removed, before, first],
      [second, first, removed],
    ]) {
      expect(stateOf(order).value).toEqual({ responseInterval: 40 });
    }
  });
});
