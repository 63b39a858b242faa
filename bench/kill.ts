import { formatNumber, table } from '../local/table';
import { type KillPlan, killUnderLoad } from './load/kill';
import type { Bench } from './report';

/** More than one machine stores: the broker has to hold back, or to keep what it has acknowledged. */
const PLAN: KillPlan = { connections: 64, perSecond: 95, acknowledged: 15_000 };

/** Acknowledged readings that outlive the end of the process, when it has a data folder. */
export const killBench: Bench = {
  name: 'kill',
  title: `kill -9 after ${PLAN.acknowledged} acknowledged publishes of ${PLAN.connections} devices, with --data`,
  run: async (progress) => {
    progress('publishing, killing, starting again');
    const outcome = await killUnderLoad(PLAN);
    const { published, acknowledged, kept, twice } = outcome;
    const text = table(
      [{ title: 'published' }, { title: 'acknowledged' }, { title: 'kept' }, { title: 'stored twice' }],
      [[published, acknowledged, kept, twice].map((count) => formatNumber(count))],
    );
    return {
      text,
      checks: [
        {
          what: 'acknowledged and lost by kill -9',
          value: acknowledged - kept,
          unit: '',
          target: { is: 'exactly', value: 0 },
        },
        { what: 'stored twice after kill -9', value: twice, unit: '', target: { is: 'exactly', value: 0 } },
      ],
      figures: outcome,
    };
  },
};
