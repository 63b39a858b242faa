/** Events that are held at once: some seconds of work, so that no client waits long for its turn. */
const MOST_EVENTS = 1_000;
/** The same for large ones, in characters of their JSON text. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

/**
 * All asynchronous events that have been accepted and have not ended. Lambda's own queue has no end. This one is in the
 * memory of one process, so that whoever can wait should hold back new events while it is full.
 */
export class AsyncBacklog {
  #events = 0;
  #characters = 0;
  readonly #listeners = new Set<() => void>();

  add(event: string): void {
    this.#events += 1;
    this.#characters += event.length;
  }

  remove(event: string): void {
    this.#events -= 1;
    this.#characters -= event.length;
    if (!this.isFull) for (const listener of this.#listeners) listener();
  }

  /** True while more events wait than this cloud wants to hold. It still takes more. */
  get isFull(): boolean {
    return this.#events >= MOST_EVENTS || this.#characters >= MOST_CHARACTERS;
  }

  /** Calls `listener` whenever an event has ended and the backlog is not full. */
  onRoom(listener: () => void): void {
    this.#listeners.add(listener);
  }
}
