import { describe, expect, it } from 'vitest';
import { every, parseRate } from '../../src/eventbridge/schedule';
import { Scheduler } from '../../src/scheduler';
import { ManualClock } from '../support/manual-clock';

describe('parseRate', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(2 days)', 172_800_000],
  ])('%s', (expression, ms) => {
    expect(parseRate(expression, 'Tick')).toBe(ms);
  });

  it.each(['rate(1 minutes)', 'rate(5 minute)', 'rate(0 minutes)', 'rate(5 seconds)', 'cron(0 12 * * ? *)', ''])(
    'names %j as what cannot be embedded',
    (expression) => {
      expect(() => parseRate(expression, 'Tick')).toThrow(`Tick: ScheduleExpression ${expression} is not supported`);
    },
  );
});

describe('every', () => {
  it('ticks once per interval, and once for all that were slept through', () => {
    const clock = new ManualClock();
    const scheduler = new Scheduler(clock);
    let ticks = 0;
    every(60_000, { clock, scheduler }, () => ticks++);
    const ticksAfter = (ms: number): number => {
      clock.advance(ms);
      scheduler.wake();
      return ticks;
    };
    expect(ticksAfter(59_999)).toBe(0);
    expect(ticksAfter(1)).toBe(1);
    expect(ticksAfter(59_999)).toBe(1);
    expect(ticksAfter(1)).toBe(2);
    expect(ticksAfter(3_600_000)).toBe(3);
    expect(ticksAfter(59_999)).toBe(3);
    expect(ticksAfter(1)).toBe(4);
    scheduler.close();
  });
});
