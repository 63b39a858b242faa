/** One reading of a series. */
export interface Reading {
  /** Id of the measurement. It tells whether a reading was delivered before. */
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly value: number;
}

/** An alarm is raised when this many readings in a row are above the limit. */
export interface Threshold {
  readonly limit: number;
  readonly readings: number;
}

/** Adds a reading and returns the newest ones, oldest first. Readings may arrive twice and in any order. */
export function withReading(known: readonly Reading[], reading: Reading, { readings }: Threshold): readonly Reading[] {
  return [...known.filter(({ id }) => id !== reading.id), reading]
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1))
    .slice(-readings);
}

/** `exceeded` when all newest readings are too high, `fine` when the last one is not, otherwise `undecided`. */
export function verdictOf(newest: readonly Reading[], threshold: Threshold): 'exceeded' | 'fine' | 'undecided' {
  const last = newest.at(-1);
  if (last !== undefined && last.value <= threshold.limit) return 'fine';
  const full = newest.length === threshold.readings;
  return full && newest.every(({ value }) => value > threshold.limit) ? 'exceeded' : 'undecided';
}
