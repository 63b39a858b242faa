import { batchesOf } from '../base/batches';

/**
 * Packs rows into messages of at most `limit` bytes, one row a line. The rows of a group stay in one message. A group
 * that is larger than the limit becomes a message of its own, which the broker may refuse.
 */
export function packRows(groups: readonly (readonly string[])[], limit: number): readonly string[] {
  const texts = groups.filter((rows) => rows.length > 0).map((rows) => rows.join('\n'));
  return batchesOf(texts, { limit, sizeOf: Buffer.byteLength, between: 1 }).map((some) => some.join('\n'));
}
