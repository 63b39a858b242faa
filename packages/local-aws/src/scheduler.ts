import type { Clock } from './clock';

interface Entry {
  readonly at: number;
  readonly run: () => void;
  timer: NodeJS.Timeout | undefined;
}

/** The longest delay of a Node timer, ms. A longer one is armed again. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Runs functions at times of the injected clock. Timers do this for a clock that moves by itself. After a test has
 * moved its clock by hand, it calls `wake()`.
 */
export class Scheduler {
  readonly #clock: Clock;
  readonly #entries = new Set<Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `run` once the clock reads `at` (milliseconds since the epoch). The function returned cancels that. */
  at(at: number, run: () => void): () => void {
    const entry: Entry = { at, run, timer: undefined };
    this.#entries.add(entry);
    this.#arm(entry);
    return () => this.#remove(entry);
  }

  /** Calls `run` after `delay` milliseconds. The function returned cancels that. */
  after(delay: number, run: () => void): () => void {
    return this.at(this.#clock.now() + delay, run);
  }

  /** Runs everything that is due now. Call it after moving a clock by hand. */
  wake(): void {
    const now = this.#clock.now();
    const due = [...this.#entries].filter((entry) => entry.at <= now).sort((a, b) => a.at - b.at);
    for (const entry of due) this.#fire(entry);
  }

  /** Forgets everything that is planned. */
  close(): void {
    for (const entry of [...this.#entries]) this.#remove(entry);
  }

  #arm(entry: Entry): void {
    const delay = Math.min(LONGEST_TIMER, Math.max(0, entry.at - this.#clock.now()));
    entry.timer = setTimeout(() => {
      if (entry.at <= this.#clock.now()) this.#fire(entry);
      else this.#arm(entry);
    }, delay);
    entry.timer.unref();
  }

  #fire(entry: Entry): void {
    if (!this.#entries.has(entry)) return;
    this.#remove(entry);
    entry.run();
  }

  #remove(entry: Entry): void {
    clearTimeout(entry.timer);
    this.#entries.delete(entry);
  }
}
