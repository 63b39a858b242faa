import type { Clock } from '../clock';
import type { ServiceState } from '../service';

/** One parameter. `modifiedAt` in ms since the epoch. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly modifiedAt: number;
}

/** The parameters of the Parameter Store. A SecureString is kept as plain text. Every change is saved at once. */
export class Parameters implements ServiceState {
  readonly key = 'parameters';
  readonly #clock: Clock;
  readonly #byName = new Map<string, Parameter>();
  #notify: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(name: string): Parameter | undefined {
    return this.#byName.get(name);
  }

  /** Creates or replaces a parameter; the version grows. */
  put(name: string, type: string, value: string): Parameter {
    const version = (this.#byName.get(name)?.version ?? 0) + 1;
    const parameter = { name, type, value, version, modifiedAt: this.#clock.now() };
    this.#byName.set(name, parameter);
    this.#notify();
    return parameter;
  }

  /** False when there is none of that name. */
  delete(name: string): boolean {
    if (!this.#byName.delete(name)) return false;
    this.#notify();
    return true;
  }

  save(): readonly Parameter[] {
    return [...this.#byName.values()];
  }

  restore(saved: unknown): void {
    for (const parameter of saved as readonly Parameter[]) this.#byName.set(parameter.name, parameter);
  }

  /** Called after every change, because data in tables may depend on a key that is kept here. */
  onChange(listener: () => void): void {
    this.#notify = listener;
  }
}
