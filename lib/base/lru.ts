import type { Clock } from './clock';

/**
 * Remembers the latest `capacity` values, each for `ttlMs` milliseconds. For what one function instance need not ask
 * for again.
 */
export class Lru<V> {
  private readonly entries = new Map<string, { readonly value: V; readonly until: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly options: { readonly capacity: number; readonly ttlMs: number },
  ) {}

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    if (entry.until <= this.clock.now()) return undefined;
    // put in again, so that it is the youngest: a Map keeps the order of insertion
    this.entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, { value, until: this.clock.now() + this.options.ttlMs });
    if (this.entries.size <= this.options.capacity) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }
}
