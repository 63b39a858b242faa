import type { EventBus } from './event-bus';

/** The event buses of the stack. */
export class EventBuses {
  readonly #byName = new Map<string, EventBus>();

  add(bus: EventBus): void {
    this.#byName.set(bus.name, bus);
  }

  /** A bus by name or ARN. */
  find(nameOrArn: string): EventBus | undefined {
    return this.#byName.get(nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1));
  }
}
