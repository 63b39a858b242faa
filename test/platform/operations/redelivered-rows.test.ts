import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { asOf } from '../../../lib/platform/journal';
import { Agendas } from '../../../lib/platform/operations/agendas';
import type { OperationEvent } from '../../../lib/platform/operations/fold';
import { SEEN_LIMIT } from '../../../lib/platform/operations/seen';
import { AgendaMemory } from '../../support/agenda-memory';
import { ManualClock } from '../../support/clock';

const START = Date.UTC(2026, 1, 3, 4, 5);
const MINUTE = 60_000;
const FROM = { 501: 'PENDING', 502: 'EXECUTING', 503: 'EXECUTING' } as const;
const STATUS = { 501: 'EXECUTING', 502: 'FAILED', 503: 'SUCCESSFUL' } as const;

let memory: AgendaMemory;
let agendas: Agendas;
let made = 0;
function begin(): void {
  memory = new AgendaMemory();
  agendas = new Agendas(memory, new ManualClock());
  made = 0;
}
beforeEach(begin);

/** Operations that were handed over at `sentAt`, in ms since `START`. */
function handedOver(count: number, sentAt: number, fragment = 'c8y_Command'): void {
  for (let more = 0; more < count; more++) {
    const createdAt = START + sentAt;
    memory.add({ id: String(++made).padStart(5, '0'), device: '1', names: [fragment], createdAt, sentAt: createdAt });
  }
}
const row = (ms: number, template: '501' | '502' | '503', value = '', fragment = 'c8y_Command'): OperationEvent => ({
  asOf: asOf({ receivedAt: START + ms, messageId: 'aaaaaaaa', row: 1 }),
  select: { by: 'oldest', fragment, from: FROM[template] },
  status: STATUS[template],
  parameters: [value],
});
const arrive = (event: OperationEvent) => agendas.apply('t100', '1', '1', event);
/** A try that ends after so many writes, if it makes more. */
async function dieAfter(writes: number, event: OperationEvent): Promise<void> {
  memory.failAfter(writes);
  await arrive(event).catch(() => undefined);
  memory.failAfter(undefined);
}
const statuses = () => memory.ends().map(({ status }) => status);
const count = (wanted: string) => statuses().filter((status) => status === wanted).length;

describe('a row that comes again', () => {
  it('ten minutes later takes no other operation', async () => {
    handedOver(3, 0);
    const rows = [row(1_000, '501'), row(2_000, '503', 'one')];
    for (const one of rows) await arrive(one);
    await arrive(row(9 * MINUTE, '501'));
    expect(statuses()).toEqual(['SUCCESSFUL', 'EXECUTING', 'PENDING']);
    for (const one of rows) expect(await arrive(one)).toMatchObject({ taken: [], isSettled: true, changed: [] });
    expect(statuses()).toEqual(['SUCCESSFUL', 'EXECUTING', 'PENDING']);
  });

  it('ten minutes later takes no operation that was handed over in between', async () => {
    handedOver(1, 0);
    const rows = [row(1_000, '501'), row(2_000, '503', 'one')];
    for (const one of rows) await arrive(one);
    handedOver(2, 8 * MINUTE);
    await arrive(row(9 * MINUTE, '501'));
    for (const one of rows) await arrive(one);
    expect(statuses()).toEqual(['SUCCESSFUL', 'EXECUTING', 'PENDING']);
  });

  it('is known beside more rows than a journal holds', async () => {
    handedOver(40, 0);
    const rows = Array.from({ length: 70 }, (_, at) => row(1_000 + at, at % 2 === 0 ? '501' : '503', String(at)));
    for (const one of [...rows, ...rows]) await arrive(one);
    expect([count('SUCCESSFUL'), count('EXECUTING'), count('PENDING')]).toEqual([35, 0, 5]);
  });

  it('is known beside results that are longer than a journal', async () => {
    handedOver(9, 0);
    const rows = Array.from({ length: 7 }, (_, at) => row(1_000 + at, '503', String(at).repeat(12_000)));
    for (const one of [...rows, ...rows.slice(0, 2)]) await arrive(one);
    expect([count('SUCCESSFUL'), count('PENDING')]).toEqual([7, 2]);
  });

  it('completes records that the first try has left behind, also after the journal', async () => {
    handedOver(2, 0);
    await arrive(row(1_000, '503', 'one'));
    const [first] = [...memory.records.values()];
    if (first !== undefined) {
      const { progress: _, progressVersion: _version, ...asCreated } = first;
      memory.records.set(first.id, asCreated);
    }
    expect(statuses()).toEqual(['PENDING', 'PENDING']);
    await arrive(row(9 * MINUTE, '501'));
    const later = await arrive(row(18 * MINUTE, '503'));
    expect(later.changed.map(({ record }) => record.id)).toEqual(['00001', '00002']);
    expect(statuses()).toEqual(['SUCCESSFUL', 'SUCCESSFUL']);
  });
});

describe('a row whose first try ended in the middle', () => {
  it('completes the other operations that it moved', async () => {
    handedOver(2, 0);
    const [first, second] = [row(1_000, '503', 'one'), row(4_000, '503', 'two')];
    for (const one of [row(500, '501'), row(3_000, '501'), second]) await arrive(one);
    // so far nobody knows that `second` is about the second one
    expect(memory.ends()).toMatchObject([{ status: 'SUCCESSFUL', said: ['two'] }, { status: 'EXECUTING' }]);
    memory.failAfter(1);
    await expect(arrive(first)).rejects.toThrow('lost');
    memory.failAfter(undefined);
    await arrive(first);
    expect(memory.ends()).toMatchObject([
      { status: 'SUCCESSFUL', said: ['one'] },
      { status: 'SUCCESSFUL', said: ['two'] },
    ]);
  });

  const step = fc.record({
    ms: fc.integer({ min: 1, max: 9 }),
    template: fc.constantFrom('501' as const, '502' as const, '503' as const),
    arrives: fc.integer({ min: 1, max: 9 }),
    /** Writes of its first try. */
    writes: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  });

  it('comes to the end of the order of the broker, whatever the order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.uniqueArray(step, { selector: ({ ms }) => ms }),
        async (count, steps) => {
          const byOrder = [...steps].sort((one, other) => one.ms - other.ms);
          const byArrival = [...steps].sort((one, other) => one.arrives - other.arrives);
          const endOf = async (some: typeof steps, failing: boolean) => {
            begin();
            handedOver(count, 0);
            for (const { ms, template, writes } of some) {
              const event = row(ms, template, String(ms));
              if (failing && writes !== undefined) await dieAfter(writes, event);
              await arrive(event);
            }
            return memory.ends();
          };
          expect(await endOf(byArrival, true)).toEqual(await endOf(byOrder, false));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('rows that come at once, long after the journal', () => {
  it('are folded one after the other: the slower one finds what the faster one has written', async () => {
    handedOver(1, 0);
    handedOver(1, 9 * MINUTE, 'c8y_Restart');
    await arrive(row(10 * MINUTE, '501', '', 'c8y_Restart'));
    const { dropEntries } = memory;
    // the end is about to write when the start, which has read the same, is faster
    memory.dropEntries = async (...dropped) => {
      memory.dropEntries = dropEntries;
      await arrive(row(1_000, '501'));
      await memory.dropEntries(...dropped);
    };
    await arrive(row(2_000, '503', 'done'));
    expect(memory.ends()).toMatchObject([{ status: 'SUCCESSFUL', said: ['done'] }, { status: 'EXECUTING' }]);
  });
});

describe('rows by id that come again long after the journal', () => {
  const step = fc.record({
    minutes: fc.integer({ min: 0, max: 6 }),
    operation: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom('EXECUTING' as const, 'SUCCESSFUL' as const, 'FAILED' as const),
    /** Writes of a first try that ends in the middle. */
    writes: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    again: fc.boolean(),
  });

  it('change nothing, wherever their first try ended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const endOf = async (failing: boolean) => {
          begin();
          handedOver(3, 0);
          let at = 1_000;
          const later: OperationEvent[] = [];
          for (const { minutes, operation, status, writes, again } of steps) {
            at += minutes * MINUTE + 1;
            const id = String(operation).padStart(5, '0');
            const event = { ...row(at, '501', String(at)), select: { by: 'id' as const, id }, status };
            if (failing && writes !== undefined) await dieAfter(writes, event);
            await arrive(event);
            if (failing && again) later.push(event);
          }
          for (const event of later) await arrive(event);
          return memory.ends();
        };
        expect(await endOf(true)).toEqual(await endOf(false));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a 501 that comes hours after its 507', () => {
  const restarted = (ms: number, fragment?: string): OperationEvent => ({
    asOf: asOf({ receivedAt: START + ms, messageId: 'bbbbbbbb', row: 1 }),
    select: { by: 'all', from: 'EXECUTING', ...(fragment !== undefined && { fragment }) },
    status: 'FAILED',
    failureReason: `restarted at ${ms}`,
  });
  /** Another kind of operation, which its device carries out in the meantime. */
  const laterWork = async (): Promise<void> => {
    for (const minutes of [10, 20, 30]) {
      handedOver(1, minutes * MINUTE, 'c8y_Restart');
      await arrive(row((minutes + 1) * MINUTE, '501', '', 'c8y_Restart'));
      await arrive(row((minutes + 2) * MINUTE, '503', '', 'c8y_Restart'));
    }
  };

  it.each([undefined, 'c8y_Command'])('ends with the reason of the 507 for %s', async (fragment) => {
    handedOver(1, 0);
    await arrive(restarted(2_000, fragment));
    await laterWork();
    await arrive(restarted(2_000, fragment));
    await arrive(row(1_000, '501'));
    expect(statuses()).toEqual(['FAILED', 'SUCCESSFUL', 'SUCCESSFUL', 'SUCCESSFUL']);
    expect(memory.records.get('00001')?.progress).toContain('"restarted at 2000"');
  });

  it('executes when it was sent after the 507, or the operation was handed over after it', async () => {
    handedOver(1, 0);
    await arrive(restarted(2_000));
    handedOver(1, 3_000);
    await laterWork();
    await arrive(row(40 * MINUTE, '501'));
    await arrive(row(40 * MINUTE + 1, '501'));
    expect(statuses().slice(0, 2)).toEqual(['EXECUTING', 'EXECUTING']);
  });

  it('leaves nothing in the journal when the operation has ended in another way', async () => {
    handedOver(1, 0);
    await arrive(restarted(2_000));
    await arrive(row(3_000, '501'));
    await arrive(row(4_000, '503'));
    await laterWork();
    expect(memory.journal?.body).not.toContain('restarted');
  });

  it('keeps only the last ones of many 507', async () => {
    handedOver(1, 0);
    for (let times = 1; times <= 100; times++) await arrive(restarted(times * MINUTE));
    expect(memory.journal?.body.match(/restarted at/g)?.length).toBeLessThan(20);
    for (let times = 101; times <= 120; times++) {
      await arrive({ ...restarted(times * MINUTE), failureReason: 'x'.repeat(5_000) });
    }
    expect(memory.journal?.body.length).toBeLessThan(45_000);
  });
});

describe('what is remembered of settled rows', () => {
  const stamps = () => (JSON.parse(memory.journal?.body ?? '{}') as { seen?: { stamps: string } }).seen?.stamps ?? '';

  it('is nothing when no operation was handed over before them', async () => {
    for (let at = 0; at < 20; at++) {
      handedOver(1, at * 6 * MINUTE);
      await arrive(row(at * 6 * MINUTE + 1_000, '501'));
      await arrive(row(at * 6 * MINUTE + 2_000, '503'));
    }
    expect(count('SUCCESSFUL')).toBe(20);
    expect(stamps()).toBe('');
  });

  it('has a bound; an older row that may be one of the forgotten ones means nothing', async () => {
    handedOver(1, 0, 'c8y_Restart');
    const rows = SEEN_LIMIT + 100;
    for (let at = 0; at < rows; at++) {
      handedOver(1, (at + 1) * MINUTE);
      await arrive(row((at + 1) * MINUTE + 1, '503'));
    }
    expect(stamps().length).toBe(12 * SEEN_LIMIT);
    const old = row(2 * MINUTE, '503', 'old', 'c8y_Restart');
    expect(await arrive(old)).toEqual({ taken: [], changed: [], confirmed: [] });
    expect(statuses()[0]).toBe('PENDING');
    expect((await arrive(row((rows + 1) * MINUTE, '503', '', 'c8y_Restart'))).taken).toEqual(['00001']);
  });
});
