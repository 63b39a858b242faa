import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../src/clock';
import { Scheduler } from '../src/scheduler';
import { ManualClock } from './support/manual-clock';

describe('the scheduler', () => {
  it('runs what is due when a manual clock is moved, in the order of the times', () => {
    const clock = new ManualClock();
    const scheduler = new Scheduler(clock);
    const ran: string[] = [];
    scheduler.after(2_000, () => ran.push('two'));
    scheduler.after(1_000, () => ran.push('one'));
    scheduler.after(3_000, () => ran.push('three'));
    scheduler.wake();
    expect(ran).toEqual([]);
    clock.advance(2_000);
    scheduler.wake();
    scheduler.wake();
    expect(ran).toEqual(['one', 'two']);
    scheduler.close();
  });

  it('runs by itself with a clock that moves, unless cancelled', async () => {
    const scheduler = new Scheduler(systemClock);
    const ran: string[] = [];
    const cancel = scheduler.after(1, () => ran.push('cancelled'));
    scheduler.after(5, () => ran.push('kept'));
    cancel();
    await vi.waitFor(() => expect(ran).toEqual(['kept']));
  });
});
