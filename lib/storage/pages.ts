import { defined } from '../base/defined';
import type { Item, PageRequest, Table } from './table';

const FIRST_PAGE = 16;
const LARGEST_PAGE = 1024;

/**
 * Every item of a query. A page is read when the caller gets to it. Pages start with 16 items and grow fourfold: a
 * caller that wants the newest item pays for a few, and a caller that wants all of them makes few calls.
 */
export async function* growingPages(table: Table, request: Omit<PageRequest, 'limit'>): AsyncGenerator<Item> {
  let startKey = request.startKey;
  let limit = FIRST_PAGE;
  do {
    const page = await table.query(defined({ ...request, limit, startKey }));
    yield* page.items;
    startKey = page.nextKey;
    limit = Math.min(limit * 4, LARGEST_PAGE);
  } while (startKey !== undefined);
}

/** All elements in memory; for sequences that are known to be short. */
export async function collect<T>(elements: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of elements) all.push(element);
  return all;
}
