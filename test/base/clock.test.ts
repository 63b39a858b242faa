import { afterEach, describe, expect, it, vi } from 'vitest';
import { CLOCK_HOOK, processClock, systemClock } from '../../lib/base/clock';
import { HostClock } from '../../local/clock';
import { FlowingClock, ManualClock } from '../support/clock';

afterEach(() => {
  Reflect.deleteProperty(globalThis, CLOCK_HOOK);
  vi.useRealTimers();
});

describe('the clock of a process', () => {
  it("is the system's unless a host has installed one", () => {
    expect(processClock()).toBe(systemClock);
    const hosted = new ManualClock();
    Object.assign(globalThis, { [CLOCK_HOOK]: hosted });
    expect(processClock()).toBe(hosted);
  });

  it.each([
    ['system', systemClock],
    ['host', new HostClock()],
  ])('sleeps as long as it is told: the %s clock', async (_, clock) => {
    vi.useFakeTimers();
    let awake = false;
    const sleeping = clock.sleep(100).then(() => {
      awake = true;
    });
    await vi.advanceTimersByTimeAsync(99);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(awake).toBe(true);
  });
});

describe('the clock of a test', () => {
  it('wakes whoever sleeps when it has been moved that far', async () => {
    const clock = new ManualClock();
    const awake: string[] = [];
    const sleepers = [clock.sleep(10).then(() => awake.push('short')), clock.sleep(100).then(() => awake.push('long'))];
    clock.advance(10);
    await sleepers[0];
    expect(awake).toEqual(['short']);
    clock.advance(90);
    await sleepers[1];
    expect(awake).toEqual(['short', 'long']);
  });

  it('may move by being waited for', async () => {
    const clock = new FlowingClock(1000);
    await clock.sleep(50);
    expect(clock.now()).toBe(1050);
    expect(clock.waits).toEqual([50]);
  });
});
