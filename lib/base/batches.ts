/** What fits into a batch. Sizes are in any one unit, such as bytes. */
export interface BatchLimits<T> {
  /** The largest size of a whole batch. */
  readonly limit: number;
  readonly sizeOf: (item: T) => number;
  /** Size of what separates two items of a batch. Default 0. */
  readonly between?: number;
  /** How many items a batch may hold. Default: any number. */
  readonly count?: number;
}

/**
 * Cuts items into as few batches as their order allows: each batch is filled before the next one starts. An item that
 * is over the limit alone gets a batch of its own.
 */
export function batchesOf<T>(
  items: Iterable<T>,
  { limit, sizeOf, between = 0, count = Number.POSITIVE_INFINITY }: BatchLimits<T>,
): T[][] {
  const batches: T[][] = [];
  let open: T[] = [];
  let used = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (open.length > 0 && open.length < count && used + between + size <= limit) {
      open.push(item);
      used += between + size;
    } else {
      open = [item];
      used = size;
      batches.push(open);
    }
  }
  return batches;
}
