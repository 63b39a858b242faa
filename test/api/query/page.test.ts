import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageAnswer, pageQueryOf, takePage } from '../../../lib/api/query/page';
import { readQuery } from '../../../lib/api/query/query';
import type { PlatformRequest } from '../../../lib/api/request';

async function* upTo(count: number, read: { last: number } = { last: 0 }): AsyncGenerator<number> {
  for (let at = 1; at <= count; at++) {
    read.last = at;
    yield at;
  }
}

function pageOf(query: string) {
  const page = readQuery(new URLSearchParams(query), pageQueryOf);
  if (!page.ok) throw new Error(page.error.reason);
  return page.value;
}

const requestOf = (query: string): PlatformRequest => ({
  method: 'GET',
  path: '/inventory/managedObjects',
  query: new URLSearchParams(query),
  baseUrl: 'https://t100.example.com',
});
const collection = {
  key: 'managedObjects',
  bodyType: 'managedObjectCollection',
  view: (_: PlatformRequest, id: number) => ({ id }),
};

async function answerOf(query: string, count: number) {
  const answer = await pageAnswer(requestOf(query), collection, pageOf(query), upTo(count));
  if (!answer.ok) throw new Error(answer.error.reason);
  return answer.value.body;
}

describe('pageQueryOf', () => {
  it('starts with five elements on page one', () => {
    expect(pageOf('')).toEqual({ pageSize: 5, currentPage: 1, withTotalPages: false, withTotalElements: false });
  });

  it('trims a page size over 2000', () => {
    expect(pageOf('pageSize=2000').pageSize).toBe(2000);
    expect(pageOf('pageSize=2001').pageSize).toBe(2000);
  });

  it.each(['pageSize=-1', 'pageSize=x', 'currentPage=0', 'currentPage=1.5', 'withTotalPages=maybe'])(
    'refuses %s',
    (query) => {
      expect(readQuery(new URLSearchParams(query), pageQueryOf)).toMatchObject({
        ok: false,
        error: { kind: 'invalid' },
      });
    },
  );
});

describe('takePage', () => {
  it('reads one element past its page and no further', async () => {
    const read = { last: 0 };
    const page = await takePage(upTo(100, read), pageOf('pageSize=5&currentPage=2'));
    expect(page).toEqual({ elements: [6, 7, 8, 9, 10], hasNext: true });
    expect(read.last).toBe(11);
  });

  it('reads everything for totals', async () => {
    const page = await takePage(upTo(100), pageOf('withTotalElements=true'));
    expect(page).toMatchObject({ hasNext: true, total: 100 });
  });

  it('shows every element exactly once over all pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 10 }), async (count, pageSize) => {
        const seen: number[] = [];
        for (let currentPage = 1; ; currentPage++) {
          const page = await takePage(upTo(count), pageOf(`pageSize=${pageSize}&currentPage=${currentPage}`));
          seen.push(...page.elements);
          if (!page.hasNext) break;
        }
        expect(seen).toEqual(Array.from({ length: count }, (_, at) => at + 1));
      }),
    );
  });
});

describe('pageAnswer', () => {
  it('answers the worked example of docs/reference/rest-api.md#example-of-a-page', async () => {
    const body = await answerOf('fragmentType=c8y_IsDevice&pageSize=5&currentPage=3&withTotalPages=true', 12);
    expect(body).toMatchObject({
      managedObjects: [{ id: 11 }, { id: 12 }],
      statistics: { currentPage: 3, pageSize: 5, totalPages: 3 },
      prev: expect.stringContaining('currentPage=2'),
    });
    expect(body).not.toHaveProperty('next');
    expect(body).not.toHaveProperty('statistics.totalElements');
  });

  it('keeps the other parameters in its links', async () => {
    const body = await answerOf('type=acme%20Pump&withTotalElements=true', 6);
    expect(body).toMatchObject({
      self: 'https://t100.example.com/inventory/managedObjects?type=acme+Pump&withTotalElements=true&pageSize=5&currentPage=1',
      next: 'https://t100.example.com/inventory/managedObjects?type=acme+Pump&withTotalElements=true&pageSize=5&currentPage=2',
      statistics: { totalElements: 6 },
    });
    expect(body).not.toHaveProperty('prev');
  });

  it('gives only totals for pages of size zero', async () => {
    expect(await answerOf('pageSize=0&withTotalElements=true&withTotalPages=true', 7)).toMatchObject({
      managedObjects: [],
      statistics: { pageSize: 0, totalElements: 7, totalPages: 0 },
    });
  });
});
