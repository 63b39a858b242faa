import type { Clock } from './clock';

/** Remembers the latest `capacity` values for `ttlMs` each: what one function instance may know without asking again. */
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
    // back in at the end: a Map keeps the order of insertion
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
