export interface BatchLimits<T> {
  /** What a batch may hold together. */
  readonly limit: number;
  readonly sizeOf: (item: T) => number;
  /** What stands between two items of a batch, in the same unit. Default 0. */
  readonly between?: number;
  /** How many items a batch may hold. Default: any number. */
  readonly count?: number;
}

/**
 * Cuts items into as few batches as their order allows, each filled before the next is begun. An item that is over the
 * limit by itself gets a batch of its own.
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
