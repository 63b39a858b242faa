import type { Clock } from '../clock';
import type { Scheduler } from '../scheduler';
import { TemplateError } from '../template/template';

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\((\d+) (minute|hour|day)(s?)\)$/;

/**
 * The interval of a rate such as `rate(5 minutes)`, in ms. Raises a `TemplateError` for anything else, `cron()` too.
 */
export function parseRate(expression: string, where: string): number {
  const [, count = '', unit = '', plural] = RATE.exec(expression) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  // EventBridge insists on the singular for one and the plural for more
  if (ms === 0 || (count === '1') !== (plural === '')) {
    throw new TemplateError(`${where}: ScheduleExpression ${expression} is not supported`);
  }
  return ms;
}

/**
 * Runs `tick` every `interval` ms of the clock, for the first time when one interval is over. When the clock jumps over
 * several ticks, only one of them runs.
 */
export function every(
  interval: number,
  { clock, scheduler }: { clock: Clock; scheduler: Scheduler },
  tick: () => void,
) {
  const plan = (at: number): void => {
    scheduler.at(at, () => {
      tick();
      const now = clock.now();
      plan(at + interval > now ? at + interval : now + interval);
    });
  };
  plan(clock.now() + interval);
}
