import type { SeededRandom } from './seeded-random';
import type { Invocation } from './simulation';

/** Services whose calls can fail. */
export type FaultyService = 'dynamodb' | 'sqs' | 'iotdata';

/**
 * What can happen to one call.
 *
 * - `throttled`: refused, because the service is too busy
 * - `lostRequest`: the connection broke before the service had the request
 * - `lostAnswer`: the service has done it, and the connection broke before its answer
 * - `timedOut`: no answer came in time; half of the requests were carried out
 * - `failed`: the service answered 500 and did nothing
 * - `unprocessed`: a part of a batch was handed back (`UnprocessedItems`, `UnprocessedKeys`)
 * - `offline`, `busy`, `unanswered`, `broken`: direct messages answered with 404, 429, 504 and 500; half of those
 *   answered with 504 have reached the device
 */
export type CallFault =
  | 'throttled'
  | 'lostRequest'
  | 'lostAnswer'
  | 'timedOut'
  | 'failed'
  | 'unprocessed'
  | 'offline'
  | 'busy'
  | 'unanswered'
  | 'broken';

/** The probability of each fault of a service's calls. */
export type CallFaultRates = Readonly<Partial<Record<FaultyService, Readonly<Partial<Record<CallFault, number>>>>>>;

/** One call, as the schedule sees it. */
export interface ScheduledCall {
  readonly service: FaultyService;
  readonly invocation: Invocation | undefined;
  /** Faults that this command has met already in a row. */
  readonly inARow: number;
}

/** Decides about each call. Counts what it gives. */
export class CallFaults {
  /** While it is false, every call just works. */
  isFaulty = true;
  readonly #random: SeededRandom;
  readonly #rates: CallFaultRates;
  readonly #count: (fault: CallFault) => void;
  /** Calls to come that all meet the same fault: a partition that is too hot, a service that is down. */
  #storm: { readonly service: FaultyService; readonly fault: CallFault; left: number } | undefined;

  constructor(random: SeededRandom, rates: CallFaultRates, count: (fault: CallFault) => void = () => undefined) {
    this.#random = random;
    this.#rates = rates;
    this.#count = count;
  }

  /** The fault of this call; undefined when it just works. */
  next(call: ScheduledCall): CallFault | undefined {
    if (!this.isFaulty) return undefined;
    const { calls = 0, faults: { failsAfter, faultsInARow } = {} } = call.invocation ?? {};
    if (failsAfter !== undefined && calls > failsAfter) return this.#counted('failed');
    if (faultsInARow !== undefined && call.inARow >= faultsInARow) return undefined;
    const fault = this.#stormy(call) ?? this.#drawn(call);
    return fault && this.#counted(fault);
  }

  /** Whether a call that nobody heard of again was carried out. */
  wasDone(): boolean {
    return this.#random.chance(0.5);
  }

  /** How many items of a batch the service hands back: mostly none. */
  unprocessed(service: FaultyService, items: number): number {
    if (!this.isFaulty || !this.#random.chance(this.#rates[service]?.unprocessed ?? 0)) return 0;
    this.#counted('unprocessed');
    return this.#random.between(1, items);
  }

  #stormy({ service }: ScheduledCall): CallFault | undefined {
    const storm = this.#storm;
    if (storm === undefined || storm.service !== service) return undefined;
    storm.left--;
    if (storm.left === 0) this.#storm = undefined;
    return storm.fault;
  }

  #drawn({ service }: ScheduledCall): CallFault | undefined {
    let left = this.#random.next();
    for (const [fault, rate] of Object.entries(this.#rates[service] ?? {}) as [CallFault, number][]) {
      if (fault === 'unprocessed') continue;
      left -= rate;
      if (left >= 0) continue;
      if (this.#random.chance(STORMS)) {
        this.#storm = { service, fault, left: this.#random.between(2, LONGEST_STORM) };
      }
      return fault;
    }
    return undefined;
  }

  #counted(fault: CallFault): CallFault {
    this.#count(fault);
    return fault;
  }
}

/** How many faults begin a storm, and how many further calls it lasts at most. */
const STORMS = 0.05;
const LONGEST_STORM = 6;
