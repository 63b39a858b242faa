import type { AwsCaller } from '../../base/aws/aws-call';
import { batchesOf } from '../../base/batches';
import type { Change, ChangeContext, ChangeSink } from '../changes';
import { reduced } from './reduced';
import { type SentChange, sentChange } from './sent-change';

/** Bytes of the changes in one event. Lambda takes 1 MB in an asynchronous invocation, with the context. */
const EVENT_BYTES = 1024 * 1024 - 4096;

/**
 * The sink for real-time notifications. It invokes the fan-out function with the changes of a message and does not wait
 * for its result.
 * @throws AwsCallError when Lambda does not take the event
 */
export class NotificationSink implements ChangeSink {
  constructor(
    private readonly aws: Pick<AwsCaller, 'post'>,
    private readonly functionName: string,
  ) {}

  async accept(context: ChangeContext, changes: readonly Change[]): Promise<void> {
    for (const part of partsOf(changes)) {
      const own = { context, changes: part };
      await this.aws.post({
        service: 'lambda',
        path: `/2015-03-31/functions/${encodeURIComponent(this.functionName)}/invocations`,
        headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'Event' },
        body: JSON.stringify(own),
      });
    }
  }
}

/** Cuts changes into as few events as possible. A change that is too large for an event is reduced. */
export function partsOf(changes: readonly Change[]): SentChange[][] {
  const sized = changes.map((change) => {
    const sent = sentChange(change);
    const bytes = bytesOf(sent);
    if (bytes <= EVENT_BYTES) return { change: sent, bytes };
    const small = sentChange(reduced(change));
    return { change: small, bytes: bytesOf(small) };
  });
  const parts = batchesOf(sized, { limit: EVENT_BYTES, sizeOf: ({ bytes }) => bytes, between: 1 });
  return parts.map((part) => part.map(({ change }) => change));
}

const bytesOf = (change: SentChange): number => Buffer.byteLength(JSON.stringify(change));
