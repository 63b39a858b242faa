import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { eachAtOnce } from '../../lib/base/at-once';

it('does something with every item, some of them at the same time and never more', async () => {
  const done: number[] = [];
  let [running, most] = [0, 0];
  await eachAtOnce([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++running);
    await nextTurn();
    done.push(item);
    running--;
  });
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

it('starts nothing after a fault, and waits for what is under way before it throws', async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const work = eachAtOnce([1, 2, 3, 4], 2, async (item) => {
    started.push(item);
    if (item === 1) throw new Error('no');
    await nextTurn();
    ended.push(item);
  });
  await expect(work).rejects.toThrow('no');
  expect([started, ended]).toEqual([[1, 2], [2]]);
});
