import { describe, expect, it } from 'vitest';
import { dateRangeOf, readQuery } from '../../../lib/api/query/query';
import type { Reader } from '../../../lib/base/reader';

const read = <T>(text: string, take: (query: Reader) => T) => readQuery(new URLSearchParams(text), take);
const refused = { ok: false, error: { kind: 'invalid' } };

describe('query parameters', () => {
  it('are read as flags', () => {
    expect(read('revert=true', (query) => query.flag('revert'))).toEqual({ ok: true, value: true });
    expect(read('revert', (query) => query.flag('revert'))).toEqual({ ok: true, value: true });
    expect(read('', (query) => query.flag('revert'))).toEqual({ ok: true, value: false });
    expect(read('revert=1', (query) => query.flag('revert'))).toMatchObject(refused);
  });

  it('are read as comma lists, repeated or not', () => {
    expect(read('ids=1,2, 3,&ids=4', (query) => query.list('ids'))).toEqual({ ok: true, value: ['1', '2', '3', '4'] });
    expect(read('ids=,', (query) => query.list('ids'))).toEqual({ ok: true, value: undefined });
  });

  it('are read as words of a vocabulary whatever their case', () => {
    const known = ['ACTIVE', 'CLEARED'] as const;
    const status = (query: Reader) => query.words('status', known);
    expect(read('status=active,CLEARED', status)).toEqual({ ok: true, value: known });
    expect(read('status=OPEN', status)).toMatchObject(refused);
  });

  it.each([
    ['2026-02-03', Date.UTC(2026, 1, 3)],
    ['2026-02-03T04:05:06.789Z', Date.UTC(2026, 1, 3, 4, 5, 6, 789)],
    ['2026-02-03T04:05:06%2B01:00', Date.UTC(2026, 1, 3, 3, 5, 6)],
    ['2026-02-03T04:05:06+01:00', Date.UTC(2026, 1, 3, 3, 5, 6)],
    ['2026-02-03T04:05:06', Date.UTC(2026, 1, 3, 4, 5, 6)],
  ])('are read as a date: %s', (text, ms) => {
    expect(read(`dateFrom=${text}`, (query) => query.date('dateFrom'))).toEqual({ ok: true, value: ms });
  });

  it.each(['yesterday', '2026-02-30', '2026-02-03T25:00:00Z', '1770091506789'])('are no date: %s', (text) => {
    expect(read(`dateFrom=${text}`, (query) => query.date('dateFrom'))).toMatchObject(refused);
  });

  it('are read as a range with an open end', () => {
    expect(read('dateTo=1970-01-02', (query) => dateRangeOf(query))).toEqual({ ok: true, value: { to: 86_400_000 } });
  });

  it('are refused with everything that is wrong with them', () => {
    const asked = read('revert=1&dateFrom=now&dateTo=then', (query) => [dateRangeOf(query), query.flag('revert')]);
    const faults = [
      { name: 'dateFrom', expected: 'is not an ISO 8601 date', given: 'now' },
      { name: 'dateTo', expected: 'is not an ISO 8601 date', given: 'then' },
      { name: 'revert', expected: 'must be true or false', given: '1' },
    ];
    expect(asked).toEqual({ ok: false, error: { kind: 'invalid', reason: 'parameters', faults } });
  });
});
