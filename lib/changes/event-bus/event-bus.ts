import type { AwsCaller } from '../../base/aws/aws-call';
import { batchesOf } from '../../base/batches';
import type { Clock } from '../../base/clock';
import type { Change, ChangeContext, ChangeSink } from '../changes';
import { type BusEntry, ENTRY_BYTES, entriesOf, type SizedEntry } from './entries';

/** Entries that one PutEvents takes. */
const REQUEST_ENTRIES = 10;
/** Bytes: EventBridge takes 256 KB in one request, for all entries together. */
const REQUEST_BYTES = ENTRY_BYTES + 1024;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;

/** What EventBridge did with an entry: the id it gave, or the reason it refused. */
interface EntryResult {
  readonly EventId?: string;
  readonly ErrorCode?: string;
  readonly ErrorMessage?: string;
}

/** EventBridge still refuses entries after all attempts. */
export class EventBusError extends Error {
  override readonly name = 'EventBusError';
}

export interface EventBusOptions {
  readonly name: string;
  /** Waits between attempts. */
  readonly clock: Pick<Clock, 'sleep'>;
}

/** The sink for event processing. It puts the changes of a message on the EventBridge bus, one entry per source. */
export class EventBus implements ChangeSink {
  constructor(
    private readonly aws: Pick<AwsCaller, 'post'>,
    private readonly options: EventBusOptions,
  ) {}

  /**
   * Puts all entries. Entries that were put before a failure stay on the bus. So a retry of the caller repeats them,
   * and consumers recognise them by message id and source.
   * @throws EventBusError when entries are still refused, AwsCallError when EventBridge does not answer
   */
  async accept(context: ChangeContext, changes: readonly Change[]): Promise<void> {
    for (const request of requestsOf(entriesOf(this.options.name, context, changes))) await this.put(request);
  }

  /** EventBridge takes or refuses each entry by itself. Only the refused ones are sent again. */
  private async put(request: readonly SizedEntry[]): Promise<void> {
    let pending = request;
    let reason = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await this.options.clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      const results = await this.send(pending.map(({ entry }) => entry));
      pending = pending.filter((_, index) => results[index]?.EventId === undefined);
      if (pending.length === 0) return;
      const refused = results.find(({ ErrorCode }) => ErrorCode !== undefined);
      reason = `${refused?.ErrorCode ?? 'no event id'}: ${refused?.ErrorMessage ?? 'not said why'}`;
    }
    throw new EventBusError(`${this.options.name} refused ${pending.length} of ${request.length} entries: ${reason}`);
  }

  /** One result per entry, in the order of the entries. */
  private async send(Entries: readonly BusEntry[]): Promise<readonly EntryResult[]> {
    const { body } = await this.aws.post({
      service: 'events',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
      body: JSON.stringify({ Entries }),
    });
    // an entry without a result counts as refused
    const answer: { readonly Entries?: readonly EntryResult[] } = JSON.parse(body);
    return answer.Entries ?? [];
  }
}

const requestsOf = (entries: readonly SizedEntry[]): SizedEntry[][] =>
  batchesOf(entries, { limit: REQUEST_BYTES, count: REQUEST_ENTRIES, sizeOf: ({ bytes }) => bytes });
