/** Does `work` for every entry in order, at most `limit` at a time. Rejects with the first fault. */
export async function inParallel<T>(
  entries: readonly T[],
  limit: number,
  work: (entry: T) => Promise<void>,
): Promise<void> {
  const rest = entries[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (const entry of rest) await work(entry);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}
