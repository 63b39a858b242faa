/**
 * Does something with every item, with at most `atOnce` of them at the same time. After a fault it starts no further
 * item, waits for those under way, and throws the fault.
 */
export async function eachAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failed = false;
  const work = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true && !failed; next = waiting.next()) {
      try {
        await act(next.value);
      } catch (fault) {
        failed = true;
        throw fault;
      }
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
}
