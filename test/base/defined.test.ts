import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { defined } from '../../lib/base/defined';

const textOrNothing = (text: string): string | undefined => text || undefined;

describe('defined', () => {
  it('leaves out what is undefined, and only that', () => {
    const members = { none: undefined, nothing: null, zero: 0, empty: '', no: false };
    expect(Object.entries(defined(members))).toEqual([
      ['nothing', null],
      ['zero', 0],
      ['empty', ''],
      ['no', false],
    ]);
  });

  it('gives the members in their order', () => {
    expect(Object.keys(defined({ b: 1, a: textOrNothing(''), c: 2 }))).toEqual(['b', 'c']);
  });

  it('changes nothing where all is defined', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (members) => {
        const made = defined(members);
        expect(Object.entries(made)).toEqual(Object.entries(members));
        expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
      }),
    );
  });

  it('takes any name for a name', () => {
    const made = defined(JSON.parse('{"__proto__":{"admin":true},"constructor":1}'));
    expect(JSON.stringify(made)).toBe('{"__proto__":{"admin":true},"constructor":1}');
    expect(made).not.toHaveProperty('admin');
  });

  it('makes members optional that may be undefined, and keeps the others', () => {
    const range: { readonly from?: number } = {};
    const made = defined({ id: '1' as string, kind: 'update', text: textOrNothing('x'), ...range });
    expectTypeOf(made.id).toEqualTypeOf<string>();
    expectTypeOf(made.kind).toEqualTypeOf<'update'>();
    const typed: { id: string; kind: 'create' | 'update'; text?: string; from?: number } = made;
    expect(typed).toEqual({ id: '1', kind: 'update', text: 'x' });
    // @ts-expect-error a member that may be undefined may be missing
    const required: { text: string } = made;
    expect(required).toBe(made);
  });
});
