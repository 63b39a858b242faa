import type { AwsCaller } from '../../base/aws-call';
import type { Change, ChangeContext, ChangeSink } from '../changes';
import type { FanOutEvent } from './fan-out-event';
import { reduced } from './reduced';

/** Lambda takes 1 MB in an asynchronous invocation; room is left for what is around the changes. */
const EVENT_BYTES = 1024 * 1024 - 4096;

/** Hands the changes of a message to the fan-out function and does not wait for it. */
export class NotificationSink implements ChangeSink {
  constructor(
    private readonly aws: Pick<AwsCaller, 'post'>,
    private readonly functionName: string,
  ) {}

  async accept(context: ChangeContext, changes: readonly Change[]): Promise<void> {
    for (const part of partsOf(changes)) {
      const own: FanOutEvent = { context, changes: part };
      await this.aws.post({
        service: 'lambda',
        path: `/2015-03-31/functions/${encodeURIComponent(this.functionName)}/invocations`,
        headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'Event' },
        body: JSON.stringify(own),
      });
    }
  }
}

/** Cuts changes into as few events as they fit into; one too large for any is reduced to its reference. */
export function partsOf(changes: readonly Change[], limit = EVENT_BYTES): Change[][] {
  const parts: Change[][] = [];
  let room = 0;
  for (const change of changes) {
    const bytes = sizeOf(change);
    const fitting = bytes > limit ? reduced(change) : change;
    const needed = bytes > limit ? sizeOf(fitting) : bytes;
    const last = parts.at(-1);
    if (last === undefined || needed > room) {
      parts.push([fitting]);
      room = limit - needed;
    } else {
      last.push(fitting);
      room -= needed;
    }
  }
  return parts;
}

const sizeOf = (change: Change): number => Buffer.byteLength(JSON.stringify(change)) + 1;
