import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../lib/base/json';
import { mergeMembers } from '../../../lib/platform/inventory/member-merge';

interface State {
  readonly members: Record<string, Json>;
  readonly asOf: Record<string, string>;
}
const EMPTY: State = { members: {}, asOf: {} };

const merged = (state: State, values: Record<string, Json>, at: string): State => {
  const { set, asOf } = mergeMembers(state, values, at);
  return { members: { ...state.members, ...set }, asOf: { ...state.asOf, ...asOf } };
};
/** What every other template does: it writes the member as a whole, unless it was written later. */
const replaced = (state: State, name: string, value: Json | undefined, at: string): State => {
  if (at < (state.asOf[name] ?? '')) return state;
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
