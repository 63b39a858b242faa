/** One reading of a series. */
export interface Reading {
  /** Id of the measurement: a reading that is delivered twice is still one. */
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly value: number;
}

/** What makes an alarm: so many readings in a row above the limit. */
export interface Threshold {
  readonly limit: number;
  readonly readings: number;
}

/** The newest readings, oldest first, with one more among them; events may arrive twice and in any order. */
export function withReading(known: readonly Reading[], reading: Reading, { readings }: Threshold): readonly Reading[] {
  return [...known.filter(({ id }) => id !== reading.id), reading]
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1))
    .slice(-readings);
}

/** Whether the newest readings are too high, or the newest of all is fine again; else nothing can be said. */
export function verdictOf(newest: readonly Reading[], threshold: Threshold): 'exceeded' | 'fine' | 'undecided' {
  const last = newest.at(-1);
  if (last !== undefined && last.value <= threshold.limit) return 'fine';
  const full = newest.length === threshold.readings;
  return full && newest.every(({ value }) => value > threshold.limit) ? 'exceeded' : 'undecided';
}
