import { batchesOf } from '../base/batches';
import type { Operation } from '../platform/model';
import type { Operations } from '../platform/operations/operations';

/**
 * Rows of several operations as messages: joined by LF up to `limit` bytes, an operation's rows together. One that is over
 * the limit by itself goes alone, for the broker to judge.
 */
export function packRows(operations: readonly (readonly string[])[], limit: number): readonly string[] {
  const texts = operations.filter((rows) => rows.length > 0).map((rows) => rows.join('\n'));
  return batchesOf(texts, { limit, sizeOf: Buffer.byteLength, between: 1 }).map((some) => some.join('\n'));
}

/**
 * What `500` is answered with: every PENDING operation of the agent and the devices below it, oldest first, delivered or
 * not (static-templates section 8.5). The caller sends the messages without confirmation, so they change nothing.
 */
export async function pendingMessages(
  { tenant, agentId }: { readonly tenant: string; readonly agentId: string },
  deps: {
    readonly operations: Pick<Operations, 'pendingOf'>;
    readonly render: (operation: Operation) => readonly string[];
    /** Bytes of a message's payload. */
    readonly limit: number;
  },
): Promise<readonly string[]> {
  const pending = await deps.operations.pendingOf(tenant, agentId);
  return packRows(pending.map(deps.render), deps.limit);
}
