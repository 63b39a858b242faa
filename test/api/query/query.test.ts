import { describe, expect, it } from 'vitest';
import { dateOf, dateRangeOf, flagOf, listOf, wordsOf } from '../../../lib/api/query/query';

const query = (text: string) => new URLSearchParams(text);
const refused = { ok: false, error: { kind: 'invalid' } };

describe('query parameters', () => {
  it('reads flags', () => {
    expect(flagOf(query('revert=true'), 'revert')).toEqual({ ok: true, value: true });
    expect(flagOf(query(''), 'revert')).toEqual({ ok: true, value: false });
    expect(flagOf(query('revert=1'), 'revert')).toMatchObject(refused);
  });

  it('reads comma lists, repeated or not', () => {
    expect(listOf(query('ids=1,2, 3,&ids=4'), 'ids')).toEqual(['1', '2', '3', '4']);
    expect(listOf(query('ids=,'), 'ids')).toBeUndefined();
  });

  it('reads words of a vocabulary whatever their case', () => {
    const known = ['ACTIVE', 'CLEARED'] as const;
    expect(wordsOf(query('status=active,CLEARED'), 'status', known)).toEqual({ ok: true, value: known });
    expect(wordsOf(query('status=OPEN'), 'status', known)).toMatchObject(refused);
  });

  it.each([
    ['2026-02-03', Date.UTC(2026, 1, 3)],
    ['2026-02-03T04:05:06.789Z', Date.UTC(2026, 1, 3, 4, 5, 6, 789)],
    ['2026-02-03T04:05:06%2B01:00', Date.UTC(2026, 1, 3, 3, 5, 6)],
    ['2026-02-03T04:05:06+01:00', Date.UTC(2026, 1, 3, 3, 5, 6)],
    ['2026-02-03T04:05:06', Date.UTC(2026, 1, 3, 4, 5, 6)],
  ])('reads %s', (text, ms) => {
    expect(dateOf(query(`dateFrom=${text}`), 'dateFrom')).toEqual({ ok: true, value: ms });
  });

  it.each(['yesterday', '2026-02-30', '2026-02-03T25:00:00Z', '1770091506789'])('refuses the date %s', (text) => {
    expect(dateOf(query(`dateFrom=${text}`), 'dateFrom')).toMatchObject(refused);
  });

  it('reads a range with an open end', () => {
    expect(dateRangeOf(query('dateTo=1970-01-02'))).toEqual({ ok: true, value: { to: 86_400_000 } });
  });
});
