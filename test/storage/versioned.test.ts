import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/base/clock';
import { OVERTAKEN, OvertakenError, replaces, tryVersioned, versioned } from '../../lib/storage/versioned';
import { FlowingClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';

/** An attempt that loses `times` times and then wins. */
function losing(times: number) {
  const tries = { made: 0 };
  const attempt = async () => (++tries.made > times ? 'written' : OVERTAKEN);
  return { tries, attempt };
}

describe('a versioned write', () => {
  it('that nobody races takes one try and no wait', async () => {
    const clock = new FlowingClock();
    const { tries, attempt } = losing(0);
    expect(await tryVersioned(clock, attempt)).toEqual({ ok: true, value: 'written' });
    expect([tries.made, clock.waits]).toEqual([1, []]);
  });

  it('is tried again at once when it lost once', async () => {
    const clock = new FlowingClock();
    const { tries, attempt } = losing(1);
    expect(await versioned(clock, 'it', attempt)).toBe('written');
    expect([tries.made, clock.waits]).toEqual([2, []]);
  });

  it('waits for a random time below a bound that doubles to half a second', async () => {
    const bounds = [10, 20, 40, 80, 160, 320, 500, 500, 500, 500];
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 2, maxLength: 2 }), async (drawn) => {
        const clock = Object.assign(new FlowingClock(), { randomBytes: () => drawn });
        await tryVersioned(clock, losing(11).attempt);
        const share = ((drawn[0] ?? 0) * 256 + (drawn[1] ?? 0)) / 65_536;
        expect(clock.waits).toEqual(bounds.map((bound) => Math.floor(bound * share)));
      }),
    );
  });

  it('answers that it was overtaken when it has waited for eight seconds in all', async () => {
    const clock = new FlowingClock();
    expect(await tryVersioned(clock, losing(1_000).attempt)).toEqual({ ok: false, error: OVERTAKEN });
    const waited = clock.waits.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThan(7_500);
    expect(waited).toBeLessThanOrEqual(8_000);
  });

  it('is not tried for ever where the random numbers are zero', async () => {
    const clock = Object.assign(new FlowingClock(), { randomBytes: (length: number) => new Uint8Array(length) });
    const { tries, attempt } = losing(1_000);
    expect(await tryVersioned(clock, attempt)).toEqual({ ok: false, error: OVERTAKEN });
    expect(tries.made).toBe(200);
  });

  it('is a fault that names its subject where no answer is meant to say so', async () => {
    const lost = versioned(new FlowingClock(), 'alarm a of device 1', losing(1_000).attempt);
    await expect(lost).rejects.toThrow(OvertakenError);
    await expect(lost).rejects.toThrow('alarm a of device 1: other writers were faster for 8 seconds');
  });

  it('is not tried again after a fault', async () => {
    let made = 0;
    const broken = async (): Promise<string> => {
      made++;
      throw new Error('the database is down');
    };
    await expect(versioned(new FlowingClock(), 'it', broken)).rejects.toThrow('the database is down');
    expect(made).toBe(1);
  });

  it('applies every change once, however its steps and those of other writers interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 8 }), async (scheduler, writers) => {
        let stored = { version: 0, changes: [] as number[] };
        const clock: Clock = Object.assign(new FlowingClock(), { sleep: () => scheduler.schedule(Promise.resolve()) });
        const write = (own: number) =>
          versioned(clock, `writer ${own}`, async () => {
            const { version, changes } = await scheduler.schedule(Promise.resolve(stored));
            await scheduler.schedule(Promise.resolve());
            if (stored.version !== version) return OVERTAKEN;
            stored = { version: version + 1, changes: [...changes, own] };
            return version + 1;
          });
        const all = Promise.all(Array.from({ length: writers }, (_, own) => write(own)));
        await scheduler.waitFor(all);
        const versions = await all;
        expect([...stored.changes].sort()).toEqual(Array.from({ length: writers }, (_, own) => own));
        expect([...versions].sort()).toEqual(Array.from({ length: writers }, (_, at) => at + 1));
      }),
    );
  });
});

describe('the condition of a versioned write', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.close());

  it('lets each version be written once, in their order', async () => {
    const write = async (v: number) => (await tables.registry.put({ pk: 'p', sk: 's', v }, replaces(v))).ok;
    expect([await write(2), await write(1), await write(1), await write(3)]).toEqual([false, true, false, false]);
    expect([await write(2), await write(2), await write(3)]).toEqual([true, false, true]);
  });
});
