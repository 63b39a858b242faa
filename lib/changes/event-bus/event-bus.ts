import type { AwsCaller } from '../../base/aws/aws-call';
import { batchesOf } from '../../base/batches';
import type { Clock } from '../../base/clock';
import type { Change, ChangeContext, ChangeSink } from '../changes';
import { type BusEntry, ENTRY_BYTES, entriesOf, type SizedEntry } from './entries';

/** Entries that one PutEvents takes. */
const REQUEST_ENTRIES = 10;
/** EventBridge limits the entries of a request together, as it limits one. */
const REQUEST_BYTES = ENTRY_BYTES + 1024;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;

/** What became of an entry: an id, or why not. */
interface EntryResult {
  readonly EventId?: string;
  readonly ErrorCode?: string;
  readonly ErrorMessage?: string;
}

export class EventBusError extends Error {
  override readonly name = 'EventBusError';
}

export interface EventBusOptions {
  readonly name: string;
  /** Waits between attempts. */
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Event processing: the changes of a message as entries on the EventBridge bus, one per source. */
export class EventBus implements ChangeSink {
  constructor(
    private readonly aws: Pick<AwsCaller, 'post'>,
    private readonly options: EventBusOptions,
  ) {}

  /**
   * Puts everything or throws an EventBusError; what was put before stays put. The caller's retry repeats entries, which
   * consumers recognise by message id and source.
   */
  async accept(context: ChangeContext, changes: readonly Change[]): Promise<void> {
    for (const request of requestsOf(entriesOf(this.options.name, context, changes))) await this.put(request);
  }

  /** EventBridge takes or refuses each entry by itself: only the refused ones are sent again. */
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

  /** One result per entry, in their order. */
  private async send(Entries: readonly BusEntry[]): Promise<readonly EntryResult[]> {
    const { body } = await this.aws.post({
      service: 'events',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
      body: JSON.stringify({ Entries }),
    });
    // the shape is AWS's; what is missing counts as refused
    const answer: { readonly Entries?: readonly EntryResult[] } = JSON.parse(body);
    return answer.Entries ?? [];
  }
}

const requestsOf = (entries: readonly SizedEntry[]): SizedEntry[][] =>
  batchesOf(entries, { limit: REQUEST_BYTES, count: REQUEST_ENTRIES, sizeOf: ({ bytes }) => bytes });
