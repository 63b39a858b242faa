import { expect, it } from 'vitest';
import { killUnderLoad } from '../../bench/load/kill';

it('a process with a data folder that is killed under load has every acknowledged reading once', async () => {
  const plan = { connections: 16, perSecond: 95, acknowledged: 1_200 };
  const { acknowledged, kept, twice } = await killUnderLoad(plan);
  expect(acknowledged).toBeGreaterThanOrEqual(plan.acknowledged);
  expect({ kept, twice }).toEqual({ kept: acknowledged, twice: 0 });
}, 120_000);
