import { defined } from '../../base/defined';
import type { Json, JsonObject } from '../../base/json';
import type { Reader } from '../../base/reader';
import { ok } from '../../base/result';
import type { PlatformRequest, PlatformResponse, RouteAnswer } from '../request';

const DEFAULT_PAGE_SIZE = 5;
/** A larger page size is not refused; it counts as this one. */
const MAX_PAGE_SIZE = 2000;

/** The page of a collection that a request asks for (docs/reference/rest-api.md#paging). */
export interface PageQuery {
  readonly pageSize: number;
  /** Counts from 1. */
  readonly currentPage: number;
  readonly withTotalPages: boolean;
  readonly withTotalElements: boolean;
}

/** Reads `pageSize`, `currentPage`, `withTotalPages` and `withTotalElements`. */
export function pageQueryOf(query: Reader): PageQuery {
  return {
    pageSize: Math.min(query.wholeNumber('pageSize', { preset: DEFAULT_PAGE_SIZE, least: 0 }), MAX_PAGE_SIZE),
    currentPage: query.wholeNumber('currentPage', { preset: 1, least: 1 }),
    withTotalPages: query.flag('withTotalPages'),
    withTotalElements: query.flag('withTotalElements'),
  };
}

/** The elements of one page, and what is known of the other pages. */
export interface PageOf<T> {
  readonly elements: readonly T[];
  readonly hasNext: boolean;
  /** All elements of all pages; only counted when the query asks for totals. */
  readonly total?: number;
}

/**
 * Takes a page out of elements that are read one by one. It reads one more element to know whether there is a next
 * page, and reads all of them when the query asks for totals.
 */
export async function takePage<T>(elements: AsyncIterable<T>, page: PageQuery): Promise<PageOf<T>> {
  const from = (page.currentPage - 1) * page.pageSize;
  const to = from + page.pageSize;
  const counting = page.withTotalPages || page.withTotalElements;
  const taken: T[] = [];
  let seen = 0;
  for await (const element of elements) {
    if (seen >= from && seen < to) taken.push(element);
    seen++;
    if (seen > to && !counting) break;
  }
  return defined({ elements: taken, hasNext: seen > to, total: counting ? seen : undefined });
}

/** A kind of collection: the member that holds the elements, its media type, and how an element is shown. */
export interface Collection<T> {
  readonly key: string;
  readonly bodyType: string;
  readonly view: (request: PlatformRequest, element: T) => JsonObject;
}

/** The answer with one page of what a service has found. */
export async function pageAnswer<T>(
  request: PlatformRequest,
  collection: Collection<T>,
  page: PageQuery,
  found: AsyncIterable<T>,
): Promise<RouteAnswer> {
  const taken = await takePage(found, page);
  const elements = taken.elements.map((element) => collection.view(request, element));
  return ok(collectionResponse(request, collection, page, { ...taken, elements }));
}

/** The answer with one page, its links and statistics. `elements` have the form that REST shows. */
export function collectionResponse(
  request: PlatformRequest,
  collection: { readonly key: string; readonly bodyType: string },
  page: PageQuery,
  { elements, hasNext, total }: PageOf<JsonObject>,
): PlatformResponse {
  const body: Record<string, Json> = {
    [collection.key]: elements,
    self: pageLink(request, page, page.currentPage),
    statistics: defined({
      currentPage: page.currentPage,
      pageSize: page.pageSize,
      totalPages: page.withTotalPages && total !== undefined ? pagesOf(total, page.pageSize) : undefined,
      totalElements: page.withTotalElements ? total : undefined,
    }),
  };
  if (hasNext) body.next = pageLink(request, page, page.currentPage + 1);
  if (page.currentPage > 1) body.prev = pageLink(request, page, page.currentPage - 1);
  return { status: 200, bodyType: collection.bodyType, body };
}

const pagesOf = (total: number, pageSize: number): number => (pageSize === 0 ? 0 : Math.ceil(total / pageSize));

function pageLink(request: PlatformRequest, page: PageQuery, currentPage: number): string {
  const query = new URLSearchParams(request.query);
  query.set('pageSize', String(page.pageSize));
  query.set('currentPage', String(currentPage));
  return `${request.baseUrl}${request.path.replace(/\/{2,}/g, '/')}?${query}`;
}
