import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/faults/seeded-random';
import { Killed, Simulation } from '../../src/faults/simulation';

const START = 1_000_000;

/** Three processes that each make five calls, in the order that a seed draws. */
async function interleaved(seed: string): Promise<{ readonly calls: readonly string[]; readonly end: number }> {
  const simulation = new Simulation({ start: START, random: new SeededRandom(seed), longestCall: 9 });
  const calls: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    const process = simulation.process();
    simulation.at(START, () => {
      void process.invoke(async () => {
        for (let number = 1; number <= 5; number++) {
          await simulation.cover(() =>
            simulation.call(async () => void calls.push(`${name}${number}`), process.invocation),
          );
        }
      });
    });
  }
  await simulation.run();
  return { calls, end: simulation.now() };
}

describe('a simulation', () => {
  it('interleaves processes in an order that the seed repeats', async () => {
    const first = await interleaved('seed');
    expect(await interleaved('seed')).toEqual(first);
    expect((await interleaved('other seed')).calls).not.toEqual(first.calls);
    expect(first.calls).toHaveLength(15);
    expect(first.calls.filter((call) => call.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect(first.calls).not.toEqual([...first.calls].sort());
    expect(first.end).toBeGreaterThan(START);
  });

  it('moves to the next time when everything waits', async () => {
    const simulation = new Simulation({ start: START, random: new SeededRandom('a'), longestCall: 1 });
    const heard: number[] = [];
    simulation.at(START + 3_600_000, () => heard.push(simulation.now()));
    simulation.at(START + 60_000, () => {
      void simulation.sleep(5_000).then(() => heard.push(simulation.now()));
    });
    await simulation.run();
    expect(heard).toEqual([START + 65_000, START + 3_600_000]);
  });

  it('kills an invocation between two calls: what it would do next never happens', async () => {
    const simulation = new Simulation({ start: START, random: new SeededRandom('a'), longestCall: 1 });
    const process = simulation.process();
    const done: number[] = [];
    const call = (number: number) =>
      simulation.cover(() => simulation.call(async () => void done.push(number), process.invocation));
    let cause: unknown;
    simulation.at(START, () => {
      const work = async () => {
        for (let number = 1; number <= 5; number++) await call(number);
      };
      void process.invoke(work, { killedAfter: 2 }).catch((error: unknown) => {
        cause = error;
      });
    });
    await simulation.run();
    expect(done).toEqual([1, 2]);
    expect(cause).toBeInstanceOf(Killed);
  });

  it('also kills what an invocation does at once', async () => {
    const simulation = new Simulation({ start: START, random: new SeededRandom('a'), longestCall: 1 });
    const process = simulation.process();
    const done: number[] = [];
    simulation.at(START, () => {
      const call = (number: number) =>
        simulation.cover(() => simulation.call(async () => void done.push(number), process.invocation));
      const work = () => Promise.all([call(1), call(2), call(3), simulation.sleep(50, process.invocation)]);
      void process.invoke(work, { killedAfter: 1 }).catch(() => undefined);
    });
    await simulation.run();
    expect(done).toHaveLength(1);
  });
});
