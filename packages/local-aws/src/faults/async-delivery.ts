import type { SeededRandom } from './seeded-random';
import { type InvocationFaults, Killed, type Simulation } from './simulation';

/** The probability of what can happen to one event on its way to a function. */
export interface DeliveryFaultRates {
  /** It comes a second time: at once, or within `latestRepetition`. */
  readonly twice: number;
  /** It comes late, by at most `latest`. */
  readonly late: number;
  /** One of its invocations is killed between two calls. */
  readonly killed: number;
  /** Every attempt fails until it is taken from the failure queue. */
  readonly poisoned: number;
  /** Ms. */
  readonly latest: number;
  readonly latestRepetition: number;
}

/** What the schedule did to events. */
export type DeliveryFault = 'twice' | 'late' | 'killed' | 'poisoned';

/** An event whose attempts have all failed. */
export interface FailedEvent<E> {
  readonly event: E;
  readonly cause: string;
}

export interface AsyncDeliveryOptions<E> {
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  /** Absent: every event comes once and in order, and nothing is killed. */
  readonly rates?: DeliveryFaultRates | undefined;
  /** Runs the function once. */
  readonly handle: (event: E, faults: InvocationFaults) => Promise<unknown>;
  readonly count?: (fault: DeliveryFault) => void;
  /** An event went to the failure queue. */
  readonly onFailed?: (event: E, cause: string) => void;
}

/** Attempts in all, and the ms before the second and the third: as Lambda makes asynchronous invocations. */
const RETRY_DELAYS = [60_000, 120_000] as const;
const MOST_CALLS_BEFORE_KILL = 14;
/** A poisoned event fails from one of its first calls on, which may be another one in each attempt. */
const MOST_CALLS_BEFORE_FAILURE = 6;

/**
 * Asynchronous invocation of a function: at least once, in any order. An event that fails three times goes to the
 * failure queue with its cause.
 */
export class AsyncDelivery<E> {
  readonly failures: FailedEvent<E>[] = [];
  readonly #poisoned = new Set<E>();
  /** Events that were accepted and are neither handled nor failed. */
  readonly #open = new Set<E>();
  /** While it is false, events come once and in time, and nothing is killed. */
  isFaulty: boolean;
  readonly #options: AsyncDeliveryOptions<E>;

  constructor(options: AsyncDeliveryOptions<E>) {
    this.#options = options;
    this.isFaulty = options.rates !== undefined;
  }

  /** Accepts an event that happens at `at`. */
  accept(event: E, at: number): void {
    const { simulation, random, rates } = this.#options;
    this.#open.add(event);
    if (rates === undefined || !this.isFaulty) {
      simulation.at(at, () => void this.#attempt(event, 0));
      return;
    }
    if (random.chance(rates.poisoned)) {
      this.#poisoned.add(event);
      this.#count('poisoned');
    }
    simulation.at(at + this.#delay(rates.late, rates.latest), () => void this.#attempt(event, 0));
    if (!random.chance(rates.twice)) return;
    this.#count('twice');
    const again = random.chance(0.5) ? random.below(2_000) : random.below(rates.latestRepetition);
    simulation.at(at + again, () => void this.#attempt(event, 0));
  }

  /** Events that are neither handled nor in the failure queue. There are none after the simulation has run. */
  get lost(): readonly E[] {
    return [...this.#open];
  }

  /** Hands events of the failure queue over again, by default all of them, and returns their number. */
  redrive(isWanted: (event: E) => boolean = () => true): number {
    const wanted = this.failures.filter(({ event }) => isWanted(event));
    for (const failed of wanted) {
      this.failures.splice(this.failures.indexOf(failed), 1);
      this.#poisoned.delete(failed.event);
      this.#open.add(failed.event);
      this.#options.simulation.at(0, () => void this.#attempt(failed.event, 0));
    }
    return wanted.length;
  }

  async #attempt(event: E, made: number): Promise<void> {
    const { simulation, handle } = this.#options;
    try {
      await handle(event, this.#faultsOf(event));
      this.#open.delete(event);
    } catch (error) {
      const delay = RETRY_DELAYS[made];
      if (delay !== undefined) simulation.at(simulation.now() + delay, () => void this.#attempt(event, made + 1));
      else this.#fail(event, causeOf(error));
    }
  }

  #fail(event: E, cause: string): void {
    this.failures.push({ event, cause });
    this.#open.delete(event);
    this.#options.onFailed?.(event, cause);
  }

  #faultsOf(event: E): InvocationFaults {
    const { random, rates } = this.#options;
    if (rates === undefined || !this.isFaulty) return {};
    if (this.#poisoned.has(event))
      return { failsAfter: random.chance(0.5) ? 0 : random.below(MOST_CALLS_BEFORE_FAILURE) };
    if (!random.chance(rates.killed)) return {};
    this.#count('killed');
    return { killedAfter: random.between(1, MOST_CALLS_BEFORE_KILL) };
  }

  #delay(probability: number, latest: number): number {
    const { random } = this.#options;
    if (!random.chance(probability)) return random.below(50);
    this.#count('late');
    return random.below(latest);
  }

  #count(fault: DeliveryFault): void {
    this.#options.count?.(fault);
  }
}

const causeOf = (error: unknown): string =>
  error instanceof Killed || error instanceof Error ? `${error.name}: ${error.message}` : String(error);
