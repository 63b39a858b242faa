import type { Connection } from '../connections/items';
import type { Operation } from '../platform/model';

/** One way an operation can be written for a device: static templates on `s/ds`, a template collection, JSON. */
export interface OperationChannel {
  /** The topics this channel uses for a device. */
  topicsFor(connection: Connection): readonly string[];
  /** The operation as rows for one of them; none when no template matches. */
  render(operation: Operation, topic: string): readonly string[];
}

/** A channel with one topic and one way to write. */
export const singleTopicChannel = (
  topic: string,
  render: (operation: Operation) => readonly string[],
): OperationChannel => ({ topicsFor: () => [topic], render });
