import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationSelector } from '../../lib/platform/commands';
import { asOf } from '../../lib/platform/journal';
import { Agendas } from '../../lib/platform/operations/agendas';
import { isClosed, type OperationEvent } from '../../lib/platform/operations/fold';
import { AgendaMemory } from '../support/agenda-memory';
import { ManualClock } from '../support/clock';
import { runs } from './runs';

const START = Date.UTC(2026, 1, 3, 4, 5);
const EPOCH_MS = 10 * 60_000;
const FRAGMENTS = ['c8y_Restart', 'c8y_Command'] as const;

/** Ten minutes: what is handed over (`sent` in s after their start, never when absent), and the rows of one minute. */
interface Epoch {
  readonly operations: readonly { readonly fragment: string; readonly sent?: number }[];
  readonly rows: readonly Row[];
}
interface Row {
  readonly ms: number;
  readonly template: string;
  readonly fragment: string;
  /** For 504 to 506: which operation so far, counted from the newest. */
  readonly back: number;
  /** Where it arrives: a small number is early in its own minute. Each further one is a redelivery, some epochs later. */
  readonly arrival: number;
  readonly again: readonly { readonly epochs: number; readonly arrival: number }[];
}

const fragment = fc.constantFrom(...FRAGMENTS);
const row = fc.record<Row>({
  ms: fc.nat(59_999),
  template: fc.constantFrom('501', '501', '502', '503', '503', '504', '505', '506', '507'),
  fragment,
  back: fc.nat(4),
  arrival: fc.nat(1_000),
  again: fc.array(fc.record({ epochs: fc.nat(3), arrival: fc.nat(1_000) }), { maxLength: 2 }),
});
const epoch = fc.record<Epoch>({
  operations: fc.array(fc.record({ fragment, sent: fc.nat(60) }, { requiredKeys: ['fragment'] }), { maxLength: 4 }),
  rows: fc.uniqueArray(row, { maxLength: 7, selector: ({ ms }) => ms }),
});
const history = fc.array(epoch, { minLength: 1, maxLength: 5 });

function eventOf(at: number, { ms, template, fragment: name }: Row, target: string): OperationEvent {
  const stamp = asOf({ receivedAt: at + ms, messageId: template.padStart(8, '0'), row: 1 });
  const last = template.at(-1) ?? '';
  const status = '14'.includes(last) ? 'EXECUTING' : '36'.includes(last) ? 'SUCCESSFUL' : 'FAILED';
  const select: OperationSelector =
    template === '507'
      ? { by: 'all', from: 'EXECUTING', fragment: name }
      : template > '503'
        ? { by: 'id', id: target }
        : { by: 'oldest', fragment: name, from: template === '501' ? 'PENDING' : 'EXECUTING' };
  return { asOf: stamp, select, status, parameters: [`${template} at ${ms}`] };
}

/** Plays a history. `faithful`: every row once and in order. */
async function play(epochs: readonly Epoch[], faithful: boolean) {
  const memory = new AgendaMemory();
  const agendas = new Agendas(memory, new ManualClock());
  const late: { epoch: number; arrival: number; event: OperationEvent }[] = [];
  const closedBefore = new Map<string, string>();
  let made = 0;
  for (const [number, { operations, rows }] of [...epochs, ...Array(4).fill({ operations: [], rows: [] })].entries()) {
    const at = START + number * EPOCH_MS;
    for (const { fragment: name, sent } of operations) {
      const entry = { id: String(++made), device: '1', names: [name], createdAt: at };
      memory.add(sent === undefined ? entry : { ...entry, sentAt: at + sent * 1_000 });
    }
    for (const one of rows as readonly Row[]) {
      const event = eventOf(at, one, String(Math.max(0, made - one.back)));
      late.push({ epoch: number, arrival: faithful ? one.ms : one.arrival, event });
      for (const { epochs: later, arrival } of faithful ? [] : one.again) {
        // a copy that arrives in the same minute may be the first one to arrive
        late.push({ epoch: number + later, arrival, event });
      }
    }
    const due = late.filter((one) => one.epoch === number).sort((a, b) => a.arrival - b.arrival);
    for (const { event } of due) await agendas.apply('t100', '1', '1', event);
    for (const { id, status } of memory.ends()) {
      const before = closedBefore.get(id);
      if (before !== undefined) expect(status, `operation ${id} has ended before`).toBe(before);
      if (isClosed(status)) closedBefore.set(id, status);
    }
  }
  return memory.ends();
}

describe('status rows that come again', () => {
  it('end in the same states as once and in order, however often and late they come', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (epochs) => {
        expect(await play(epochs, false)).toEqual(await play(epochs, true));
      }),
      { numRuns: runs(200) },
    );
  });
});
