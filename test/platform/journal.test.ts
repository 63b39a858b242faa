import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asOf,
  fold,
  foldThrough,
  insert,
  JOURNAL_CHARACTERS,
  JOURNAL_LIMIT,
  JOURNAL_WINDOW_MS,
  type Journal,
  type Stamped,
  settle,
} from '../../lib/platform/journal';

const START = Date.UTC(2026, 1, 3);
const at = (ms: number, row = 1): Stamped => ({ asOf: asOf({ receivedAt: START + ms, messageId: 'aaaaaaaa', row }) });
const empty: Journal<readonly string[], Stamped> = { base: [], events: [] };
const append = (state: readonly string[], event: Stamped) => [...state, event.asOf];

function inserting(events: readonly Stamped[]): Journal<readonly string[], Stamped> {
  return events.reduce((journal, event) => insert(journal, event) ?? journal, empty);
}

describe('journal', () => {
  it('folds in broker order whatever order events arrive in', () => {
    const events = fc.uniqueArray(fc.nat(60_000), { maxLength: 20 });
    fc.assert(
      fc.property(events, (times) => {
        const folded = fold(inserting(times.map((ms) => at(ms))), append);
        expect(folded).toEqual([...times].sort((a, b) => a - b).map((ms) => at(ms).asOf));
      }),
    );
  });

  it('knows an event again', () => {
    expect(insert(inserting([at(5)]), at(5))).toBeUndefined();
    expect(insert(inserting([at(5)]), at(5, 2))?.events).toHaveLength(2);
    expect(insert(inserting([at(5)]), { ...at(5), target: 'another' })?.events).toHaveLength(2);
  });

  it('tells what one event did', () => {
    const journal = inserting([at(1), at(2), at(3)]);
    expect(foldThrough(journal, append, at(2))).toEqual([at(1).asOf, at(2).asOf]);
  });

  it('settles what can no longer be overtaken, without changing the state', () => {
    const journal = inserting([at(0), at(1), at(JOURNAL_WINDOW_MS + 1)]);
    const settled = settle(journal, append);
    expect(settled.base).toEqual([at(0).asOf]);
    expect(settled.events).toEqual([at(1), at(JOURNAL_WINDOW_MS + 1)]);
    expect(fold(settled, append)).toEqual(fold(journal, append));
    expect(settle(empty, append)).toBe(empty);
  });

  it('does not grow beyond its limit', () => {
    const journal = inserting(Array.from({ length: JOURNAL_LIMIT + 5 }, (_, ms) => at(ms)));
    const settled = settle(journal, append);
    expect(settled.events).toHaveLength(JOURNAL_LIMIT);
    expect(settled.base).toHaveLength(5);
  });

  it('settles long events early', () => {
    const long = { ...at(1), target: 'x'.repeat(JOURNAL_CHARACTERS / 2) };
    const settled = settle(inserting([at(0), long, { ...long, ...at(2) }, at(3)]), append);
    expect(settled.base).toEqual([at(0).asOf, at(1).asOf]);
    expect(settled.events.map(({ asOf: stamp }) => stamp)).toEqual([at(2).asOf, at(3).asOf]);
  });
});
