import { batchesOf } from '../base/batches';

/**
 * Rows as messages: joined by LF up to `limit` bytes, the rows of a group together. A group that is over the limit by
 * itself goes alone, for the broker to judge.
 */
export function packRows(groups: readonly (readonly string[])[], limit: number): readonly string[] {
  const texts = groups.filter((rows) => rows.length > 0).map((rows) => rows.join('\n'));
  return batchesOf(texts, { limit, sizeOf: Buffer.byteLength, between: 1 }).map((some) => some.join('\n'));
}
