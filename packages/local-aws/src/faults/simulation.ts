import type { Clock } from '../clock';
import type { SeededRandom } from './seeded-random';

/** How a simulation runs. */
export interface SimulationOptions {
  /** When it begins, ms since the epoch. */
  readonly start: number;
  /** Draws the order of calls, their duration, and the bytes of the clock. */
  readonly random: SeededRandom;
  /** Most ms that one call takes; 0 lets calls take no time at all, so that no two tasks ever overlap. */
  readonly longestCall: number;
}

/** What goes wrong with one invocation as a whole. */
export interface InvocationFaults {
  /** The invocation ends after this many calls. What it would do next never happens. */
  readonly killedAfter?: number;
  /** Every call after this many fails. */
  readonly failsAfter?: number;
  /** Faults that the call schedule may give to one call and its repetitions in a row. Default: any number. */
  readonly faultsInARow?: number;
}

/** A function was killed between two of its calls. */
export class Killed extends Error {
  override readonly name = 'Killed';

  constructor(calls: number) {
    super(`killed after ${calls} calls`);
  }
}

/** One invocation of a function: how many calls it has made and how it stands. */
export class Invocation {
  calls = 0;
  /** Calls and sleeps that wait for their turn. */
  waiting = 0;
  isDead = false;
  /** Rejects the invocation. */
  kill: (cause: Killed) => void = () => undefined;

  constructor(readonly faults: InvocationFaults) {}
}

interface Turn {
  readonly invocation: Invocation | undefined;
  take(): Promise<void>;
}
interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** Turns of the event loop without progress, after which the simulation gives up. */
const PATIENCE = 200_000;

/**
 * Functions that run at once, in an order that a seed repeats. Everything they do outside themselves is a call, and a
 * call waits for its turn. One call after the other is made, and then everything runs until it waits again. So the
 * speed of the machine changes nothing. Time is virtual: it moves by the calls, and where all wait for a time, to the
 * next one.
 */
export class Simulation implements Clock {
  readonly #random: SeededRandom;
  readonly #longestCall: number;
  readonly #running = new Set<Invocation>();
  #now: number;
  #turns: Turn[] = [];
  #tasks: Task[] = [];
  /** Clients' commands on their way to a turn. */
  #moving = 0;

  constructor({ start, random, longestCall }: SimulationOptions) {
    this.#now = start;
    this.#random = random;
    this.#longestCall = longestCall;
  }

  now(): number {
    return this.#now;
  }

  randomBytes(length: number): Uint8Array {
    return this.#random.bytes(length);
  }

  /** A process that handles one invocation at a time. Clients and caches of a function instance belong to it. */
  process(): SimulatedProcess {
    return new SimulatedProcess(this);
  }

  /** Resolves when the virtual time is `ms` later; never for an invocation that is dead by then. */
  sleep(ms: number, invocation?: Invocation): Promise<void> {
    if (invocation) invocation.waiting++;
    return new Promise((wake) => {
      this.at(this.#now + ms, () => {
        if (invocation) invocation.waiting--;
        if (!invocation?.isDead) wake();
      });
    });
  }

  /** Lets time pass without anything happening: what was due meanwhile is late. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** Runs a task when its time has come; one in the past is due now. Tasks of the same time run in the given order. */
  at(time: number, run: () => void): void {
    const at = Math.max(time, this.#now);
    const later = this.#tasks.findIndex((task) => task.at > at);
    this.#tasks.splice(later < 0 ? this.#tasks.length : later, 0, { at, run });
  }

  /** Runs the work of one invocation. It rejects with `Killed` when its faults end it. */
  invoke<T>(invocation: Invocation, work: () => Promise<T>): Promise<T> {
    this.#running.add(invocation);
    const killed = new Promise<never>((_, reject) => {
      invocation.kill = (cause) => {
        invocation.isDead = true;
        this.#turns = this.#turns.filter((turn) => turn.invocation !== invocation);
        reject(cause);
      };
    });
    return Promise.race([work(), killed]).finally(() => this.#running.delete(invocation));
  }

  /**
   * Covers one command of a client with its repetitions. While it is neither waiting for a turn nor over, no other call
   * is made.
   */
  async cover<T>(command: () => Promise<T>): Promise<T> {
    this.#moving++;
    try {
      return await command();
    } finally {
      this.#moving--;
    }
  }

  /** Makes one call when its turn has come. It has to be inside `cover`. A dead invocation never gets a turn. */
  call<T>(make: () => Promise<T>, invocation?: Invocation): Promise<T> {
    this.#moving--;
    return new Promise((resolve, reject) => {
      if (invocation?.isDead) return;
      if (invocation) invocation.waiting++;
      const end = (settle: () => void): void => {
        if (invocation) invocation.waiting--;
        const { killedAfter } = invocation?.faults ?? {};
        if (invocation && invocation.calls === killedAfter) invocation.kill(new Killed(killedAfter));
        if (invocation?.isDead) return;
        this.#moving++;
        settle();
      };
      const take = async (): Promise<void> => {
        if (invocation) invocation.calls++;
        await make().then(
          (value) => end(() => resolve(value)),
          (error: unknown) => end(() => reject(error)),
        );
      };
      this.#turns.push({ invocation, take });
    });
  }

  /** Runs until nothing waits any more. */
  async run(): Promise<void> {
    for (;;) {
      await this.#settled();
      const [task] = this.#tasks;
      if (task !== undefined && (task.at <= this.#now || this.#turns.length === 0)) {
        this.#tasks.shift();
        this.#now = Math.max(this.#now, task.at);
        task.run();
      } else if (this.#turns.length > 0) await this.#takeTurn();
      else return;
    }
  }

  async #takeTurn(): Promise<void> {
    const [turn] = this.#turns.splice(this.#random.below(this.#turns.length), 1);
    this.#now += this.#random.between(Math.min(1, this.#longestCall), this.#longestCall);
    await turn?.take();
  }

  /** Waits until everything that runs waits for a turn or for a time. */
  async #settled(): Promise<void> {
    for (let turns = 0; turns < PATIENCE; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#moving === 0 && [...this.#running].every(({ waiting }) => waiting > 0)) return;
    }
    throw new Error('an invocation waits for something that is no call and no time of the simulation');
  }
}

/** One function instance in a simulation: its clock, and the invocation that it handles. */
export class SimulatedProcess implements Clock {
  readonly simulation: Simulation;
  #invocation: Invocation | undefined;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  get invocation(): Invocation | undefined {
    return this.#invocation;
  }

  now(): number {
    return this.simulation.now();
  }

  randomBytes(length: number): Uint8Array {
    return this.simulation.randomBytes(length);
  }

  sleep(ms: number): Promise<void> {
    return this.simulation.sleep(ms, this.#invocation);
  }

  /**
   * Handles an event. The next one may come when this one has ended.
   * @throws Killed when the faults end it
   */
  invoke<T>(work: () => Promise<T>, faults: InvocationFaults = {}): Promise<T> {
    this.#invocation = new Invocation(faults);
    return this.simulation.invoke(this.#invocation, work);
  }
}
