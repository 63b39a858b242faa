import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSlot, slotBody } from '../../../lib/platform/alarms/records';
import {
  type AlarmEvent,
  type AlarmSlot,
  alarmsOf,
  EMPTY_SLOT,
  slotStep,
  withIds,
} from '../../../lib/platform/alarms/slot';
import { asOf, fold, insert, isoTimeOf, JOURNAL_WINDOW_MS } from '../../../lib/platform/journal';
import { SEVERITIES } from '../../../lib/platform/model';

const START = Date.UTC(2026, 1, 3, 4, 5);
const stamp = (ms: number) => asOf({ receivedAt: START + ms, messageId: 'aaaaaaaa', row: 1 });

const raise = (ms: number, severity: (typeof SEVERITIES)[number] = 'MAJOR'): AlarmEvent => ({
  kind: 'raise',
  asOf: stamp(ms),
  severity,
  text: `raised at ${ms}`,
  time: isoTimeOf(stamp(ms)),
  status: 'ACTIVE',
  fragments: { acme_Detail: ms, acme_More: true },
});
const clear = (ms: number): AlarmEvent => ({ kind: 'clear', asOf: stamp(ms) });
const severity = (ms: number, word: (typeof SEVERITIES)[number]): AlarmEvent => ({
  kind: 'severity',
  asOf: stamp(ms),
  severity: word,
});
const drop = (ms: number): AlarmEvent => ({ kind: 'fragments', asOf: stamp(ms), remove: ['acme_Detail'] });

/** Positions from 0 to below `length`, in an order of their own, each of them twice. */
const shuffledTwice = (length: number) => {
  const twice = Array.from({ length: 2 * length }, (_, n) => n % length);
  return fc.shuffledSubarray(twice, { minLength: twice.length });
};

/** Applies events as the service does: one at a time, each from what the one before has stored. */
function arriving(events: readonly AlarmEvent[], start: AlarmSlot = EMPTY_SLOT): AlarmSlot {
  return events.reduce((slot, event) => {
    const inserted = insert(slot, event);
    if (inserted === undefined) return slot;
    const body = slotBody(withIds(inserted, '4711', 'acme_Hot'));
    return parseSlot({ type: 'acme_Hot', version: 1, body });
  }, start);
}
const alarms = (slot: AlarmSlot) => alarmsOf(fold(slot, slotStep));
const idless = (slot: AlarmSlot) => alarms(slot).map(({ id: _, ...alarm }) => alarm);

/** The rules of docs/reference/static-templates.md#alarms-of-one-type in their simplest form, for events in order. */
function model(events: readonly AlarmEvent[]) {
  const made: { severity: string; text: string; count: number; time: string; status: string; detail: boolean }[] = [];
  for (const event of events) {
    const last = made.at(-1);
    const open = last !== undefined && last.status !== 'CLEARED' ? last : undefined;
    if (event.kind === 'raise') {
      const { severity: word, text, time } = event;
      if (open === undefined) made.push({ severity: word, text, count: 1, time, status: 'ACTIVE', detail: true });
      else Object.assign(open, { count: open.count + 1, time });
    } else if (open !== undefined) {
      if (event.kind === 'clear') open.status = 'CLEARED';
      if (event.kind === 'severity') open.severity = event.severity;
      if (event.kind === 'fragments') open.detail = false;
    }
  }
  return made;
}
const likeModel = (slot: AlarmSlot) =>
  alarms(slot).map(({ severity: word, text, count, time, status, fragments }) => ({
    severity: word,
    text,
    count,
    time,
    status,
    detail: 'acme_Detail' in fragments,
  }));

const anyEvent = fc
  .tuple(
    fc.nat(59_999),
    fc.constantFrom('raise', 'raise', 'clear', 'severity', 'fragments'),
    fc.constantFrom(...SEVERITIES),
  )
  .map(([ms, kind, word]): AlarmEvent => {
    if (kind === 'raise') return raise(ms, word);
    if (kind === 'clear') return clear(ms);
    return kind === 'severity' ? severity(ms, word) : drop(ms);
  });
const anyEvents = fc.uniqueArray(anyEvent, { maxLength: 12, selector: (event) => event.asOf });
const inOrder = (events: readonly AlarmEvent[]) => [...events].sort((a, b) => (a.asOf < b.asOf ? -1 : 1));

describe('alarm slot', () => {
  it('ends in the same alarms whatever order the events of a minute arrive in, and as the rules say', () => {
    const twoOrders = anyEvents.chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
    );
    fc.assert(
      fc.property(twoOrders, ([one, other]) => {
        const expected = arriving(inOrder(one));
        expect(likeModel(expected)).toEqual(model(inOrder(one)));
        expect(idless(arriving(one))).toEqual(idless(expected));
        expect(idless(arriving(other))).toEqual(idless(expected));
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps ids unique, and those it has given out', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        let slot = EMPTY_SLOT;
        for (const event of events) {
          const before = alarms(slot).map(({ id }) => id);
          slot = arriving([event], slot);
          const after = alarms(slot).map(({ id }) => id);
          expect(new Set(after).size).toBe(after.length);
          expect(after).toEqual(expect.arrayContaining(before));
          expect(after.length - before.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not count a redelivery', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        expect(arriving([...events, ...events])).toEqual(arriving(events));
      }),
    );
  });

  it('keeps the open alarm its id when an older occurrence and a clear between them turn up', () => {
    const slot = arriving([raise(50)]);
    const [open] = alarms(slot);
    const later = alarms(arriving([raise(10), clear(20)], slot));
    expect(later.map(({ status, count }) => [status, count])).toEqual([
      ['CLEARED', 1],
      ['ACTIVE', 1],
    ]);
    expect(later[1]?.id).toBe(open?.id);
  });

  it('counts 150 raises of a minute once each, however often and in whatever order they arrive', () => {
    const raises = Array.from({ length: 150 }, (_, n) => raise(n * 400));
    fc.assert(
      fc.property(shuffledTwice(raises.length), (order) => {
        const slot = arriving(order.flatMap((n) => raises[n] ?? []));
        expect(idless(slot)).toEqual(idless(arriving(raises)));
        expect(alarms(slot)).toMatchObject([{ count: 150 }]);
      }),
      { numRuns: 5 },
    );
  }, 30_000);

  describe('long after the window', () => {
    const LATE = 3 * JOURNAL_WINDOW_MS;

    it('a raise from before a clear becomes a cleared alarm', () => {
      const slot = arriving([clear(1_000), severity(LATE, 'MINOR'), raise(500)]);
      expect(alarms(slot).map(({ status, lastUpdated }) => [status, lastUpdated])).toEqual([
        ['CLEARED', isoTimeOf(stamp(1_000))],
      ]);
    });

    it('a raise from before a clear does not replace the newer alarm', () => {
      const slot = arriving([raise(1_000), clear(2_000), raise(LATE), raise(1_500)]);
      const state = fold(slot, slotStep);
      expect(state.current).toMatchObject({ status: 'ACTIVE', count: 1 });

      const cleared = arriving([raise(1_000), clear(2_000), severity(LATE, 'MINOR')]);
      const withLate = insert(cleared, raise(1_500)) ?? cleared;
      expect(fold(withLate, slotStep)).toMatchObject({
        current: { raised: stamp(1_000), status: 'CLEARED' },
        closed: [{ raised: stamp(1_500), status: 'CLEARED' }],
      });
    });

    it('an old clear leaves an alarm alone that was raised since', () => {
      const slot = arriving([raise(1_000), raise(2_000), raise(LATE), clear(1_500)]);
      expect(fold(slot, slotStep).current).toMatchObject({ status: 'ACTIVE', count: 3 });
    });

    it('a raise that is delivered again is not counted again, though nothing was raised since', () => {
      const open = arriving([raise(0), severity(LATE, 'MINOR'), raise(0)]);
      expect(alarms(open)).toMatchObject([{ count: 1, severity: 'MINOR' }]);
      const cleared = arriving([raise(0), clear(1_000), severity(LATE, 'MINOR'), raise(0)]);
      expect(alarms(cleared)).toMatchObject([{ raised: stamp(0), status: 'CLEARED' }]);
    });

    it('an old severity does not overwrite a newer one', () => {
      const slot = arriving([raise(0), severity(2_000, 'MINOR'), raise(LATE), severity(1_000, 'CRITICAL')]);
      expect(fold(slot, slotStep).current).toMatchObject({ severity: 'MINOR' });
    });
  });
});
