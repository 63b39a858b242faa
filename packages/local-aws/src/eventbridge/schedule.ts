import type { Clock } from '../clock';
import type { Scheduler } from '../scheduler';
import { TemplateError } from '../template/template';

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\((\d+) (minute|hour|day)(s?)\)$/;

/** `rate(5 minutes)` in ms. `cron()` is not embedded here. */
export function parseRate(expression: string, where: string): number {
  const [, count = '', unit = '', plural] = RATE.exec(expression) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  // EventBridge insists on the singular for one and the plural for more
  if (ms === 0 || (count === '1') !== (plural === '')) {
    throw new TemplateError(`${where}: ScheduleExpression ${expression} is not supported`);
  }
  return ms;
}

/** Runs `tick` every `interval` ms of the injected clock, for the first time after one; ticks that were slept through are one. */
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
