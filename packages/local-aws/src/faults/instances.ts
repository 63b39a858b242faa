import type { SeededRandom } from './seeded-random';
import { Killed } from './simulation';

/**
 * The instances of one function. Each handles one event at a time and keeps its caches between them. One that was
 * killed is thrown away.
 */
export class Instances<I> {
  readonly #make: () => I;
  readonly #random: SeededRandom;
  readonly #most: number;
  readonly #idle: I[] = [];

  /** `most`: instances that wait for their next event. */
  constructor(make: () => I, random: SeededRandom, most: number) {
    this.#make = make;
    this.#random = random;
    this.#most = most;
  }

  /** Gives an instance to `work`: an idle one, or a new one when all are busy and sometimes when they are not. */
  async use<T>(work: (instance: I) => Promise<T>): Promise<T> {
    const place = this.#random.below(this.#idle.length + 1);
    const [warm] =
      this.#idle.length < this.#most ? this.#idle.splice(place, 1) : this.#idle.splice(place % this.#most, 1);
    const instance = warm ?? this.#make();
    try {
      const done = await work(instance);
      this.#keep(instance);
      return done;
    } catch (error) {
      // a handler that throws leaves its instance alive
      if (!(error instanceof Killed)) this.#keep(instance);
      throw error;
    }
  }

  #keep(instance: I): void {
    if (this.#idle.length < this.#most) this.#idle.push(instance);
  }
}
