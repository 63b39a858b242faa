import type { Clock } from '../../clock';
import { newUuid } from '../../uuid';

/**
 * Trace ids: UUIDs whose first eight digits count the broker's messages. AWS promises only that they are unique. Here
 * they sort in the order of arrival, so that messages of the same millisecond can be told apart.
 */
export class TraceIds {
  private count = 0;

  constructor(private readonly clock: Clock) {}

  next(): string {
    this.count = (this.count + 1) % 0x1_0000_0000;
    return this.count.toString(16).padStart(8, '0') + newUuid(this.clock).slice(8);
  }
}
