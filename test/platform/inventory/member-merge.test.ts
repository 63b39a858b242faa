import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../lib/base/json';
import { mergeBeneath, mergeMembers } from '../../../lib/platform/inventory/member-merge';

interface State {
  readonly members: Record<string, Json>;
  readonly asOf: Record<string, string>;
}
const EMPTY: State = { members: {}, asOf: {} };

const merged = (state: State, values: Record<string, Json>, at: string): State => {
  const { set, asOf } = mergeMembers(state, values, at);
  return { members: { ...state.members, ...set }, asOf: { ...state.asOf, ...asOf } };
};
/** What every other template does: it writes the member as a whole, beneath what was written later. */
const replaced = (state: State, name: string, value: Json | undefined, at: string): State => {
  if (at < (state.asOf[name] ?? '')) {
    const change = value === undefined ? { set: {}, remove: [name] } : { set: { [name]: value }, remove: [] };
    const { set, asOf } = mergeBeneath(state, { ...change, asOf: at });
    return { members: { ...state.members, ...set }, asOf: { ...state.asOf, ...asOf } };
  }
  const { [name]: _, ...others } = state.members;
  return { members: value === undefined ? others : { ...others, [name]: value }, asOf: { ...state.asOf, [name]: at } };
};

describe('mergeMembers', () => {
  it('writes values and leaves their siblings alone', () => {
    const state = merged(
      merged(EMPTY, { valve: { open: true, limit: { high: 7 } } }, '1'),
      { valve: { limit: { low: 1 } } },
      '2',
    );
    expect(state.members).toEqual({ valve: { open: true, limit: { high: 7, low: 1 } } });
  });

  it('lets the later value of a path win, whichever came first', () => {
    const late = merged(merged(EMPTY, { valve: { open: false, a: 1 } }, '2'), { valve: { open: true, b: 2 } }, '1');
    expect(late.members).toEqual({ valve: { open: false, a: 1, b: 2 } });
  });

  it('writes nothing below a member that was removed or replaced later', () => {
    const removed = replaced(EMPTY, 'valve', undefined, '5');
    expect(merged(removed, { valve: { open: true } }, '4').members).toEqual({});
    const whole = replaced(EMPTY, 'valve', { closed: true }, '5');
    expect(merged(whole, { valve: { open: true } }, '4').members).toEqual({ valve: { closed: true } });
    expect(merged(whole, { valve: { open: true } }, '6').members).toEqual({ valve: { closed: true, open: true } });
  });

  it('ends in the same members whatever order path updates arrive in', () => {
    const update = fc.record(
      { a: fc.integer(), b: fc.record({ c: fc.integer(), d: fc.integer() }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    );
    const updates = fc.array(update, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        updates.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length })),
        ),
        ([all, order]) => {
          const run = (indexes: readonly number[]) =>
            indexes.reduce(
              (state, index) => merged(state, { m: (all[index] ?? {}) as Json }, String(index + 1)),
              EMPTY,
            );
          expect(run(order).members).toEqual(run([...all.keys()]).members);
        },
      ),
    );
  });
});

describe('mergeBeneath', () => {
  const later = merged(EMPTY, { valve: { open: false } }, '5');

  it('puts an older whole value beneath a later path', () => {
    expect(replaced(later, 'valve', { open: true, limit: 7 }, '3').members).toEqual({
      valve: { open: false, limit: 7 },
    });
  });

  it('takes away what is older than an older removal, and nothing else', () => {
    const both = merged(later, { valve: { limit: 7 } }, '2');
    expect(replaced(both, 'valve', undefined, '3').members).toEqual({ valve: { open: false } });
  });

  it('does nothing for a change that is older than the whole, and nothing twice', () => {
    const once = replaced(later, 'valve', { limit: 7 }, '3');
    expect(mergeBeneath(once, { set: { valve: { limit: 1 } }, remove: [], asOf: '2' }).set).toEqual({});
    expect(mergeBeneath(once, { set: { valve: { limit: 7 } }, remove: [], asOf: '3' }).set).toEqual({});
  });

  it('ends in the same members whatever order paths, whole values and removals arrive in', () => {
    const value = fc.record(
      { a: fc.integer(), b: fc.record({ c: fc.integer(), d: fc.integer() }) },
      { requiredKeys: [] },
    );
    const change = fc.oneof(
      fc.record({ kind: fc.constant('path' as const), value }),
      fc.record({ kind: fc.constant('whole' as const), value }),
      fc.record({ kind: fc.constant('removal' as const), value }),
    );
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        changes.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length })),
        ),
        ([all, order]) => {
          const run = (indexes: readonly number[]) =>
            indexes.reduce((state, index) => {
              const one = all[index];
              const at = String(index + 1);
              if (one === undefined) return state;
              if (one.kind === 'path') return merged(state, { m: one.value as Json }, at);
              return replaced(state, 'm', one.kind === 'whole' ? (one.value as Json) : undefined, at);
            }, EMPTY);
          expect(run(order).members).toEqual(run([...all.keys()]).members);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
