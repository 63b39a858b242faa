import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OperationSelector } from '../../../lib/platform/commands';
import { asOf, fold } from '../../../lib/platform/journal';
import {
  type AgendaFold,
  agendaStep,
  EMPTY_AGENDA,
  type OpenOperation,
  type OperationEvent,
  statusOf,
  take,
} from '../../../lib/platform/operations/fold';

const START = Date.UTC(2026, 1, 3, 4, 5);
const stamp = (ms: number) => asOf({ receivedAt: START + ms, messageId: 'aaaaaaaa', row: 1 });

const oldest = (from: 'PENDING' | 'EXECUTING', fragment: string): OperationSelector => ({
  by: 'oldest',
  fragment,
  from,
});
const row = {
  501: (ms: number, fragment = 'c8y_Restart'): OperationEvent => ({
    asOf: stamp(ms),
    select: oldest('PENDING', fragment),
    status: 'EXECUTING',
    parameters: [],
  }),
  502: (ms: number, fragment = 'c8y_Restart'): OperationEvent => ({
    asOf: stamp(ms),
    select: oldest('EXECUTING', fragment),
    status: 'FAILED',
    failureReason: `at ${ms}`,
    parameters: [],
  }),
  503: (ms: number, fragment = 'c8y_Restart'): OperationEvent => ({
    asOf: stamp(ms),
    select: oldest('EXECUTING', fragment),
    status: 'SUCCESSFUL',
    parameters: [`at ${ms}`],
  }),
  507: (ms: number): OperationEvent => ({
    asOf: stamp(ms),
    select: { by: 'all', from: 'EXECUTING' },
    status: 'FAILED',
    parameters: [],
  }),
};
const byId = (ms: number, id: string, status: OperationEvent['status']): OperationEvent => ({
  asOf: stamp(ms),
  select: { by: 'id', id },
  status,
  parameters: [],
});

const operation = (id: string, names: readonly string[] = ['c8y_Restart'], more = {}): OpenOperation => ({
  id,
  names,
  sentAt: START - 1000,
  ...more,
});
const RESTARTS = [operation('71'), operation('72'), operation('73')];

function arriving(events: readonly OperationEvent[], operations: readonly OpenOperation[]): AgendaFold {
  return events.reduce<AgendaFold>((before, event) => {
    const { journal, how } = take(before, event, operations);
    return how === 'new' ? journal : before;
  }, EMPTY_AGENDA);
}
const progress = (journal: AgendaFold, operations: readonly OpenOperation[]) =>
  fold(journal, agendaStep(operations)).progress;
const statuses = (journal: AgendaFold, operations: readonly OpenOperation[]) =>
  operations.map(({ id }) => statusOf(fold(journal, agendaStep(operations)), id));

describe('rows without an id', () => {
  it('take the oldest operation with the fragment', () => {
    const operations = [operation('70', ['c8y_Command']), ...RESTARTS];
    const journal = arriving([row[501](1), row[501](2), row[503](3)], operations);
    expect(statuses(journal, operations)).toEqual(['PENDING', 'SUCCESSFUL', 'EXECUTING', 'PENDING']);
  });

  it('find the EXECUTING one before any PENDING one', () => {
    const journal = arriving([byId(1, '72', 'EXECUTING'), row[503](2)], RESTARTS);
    expect(statuses(journal, RESTARTS)).toEqual(['PENDING', 'SUCCESSFUL', 'PENDING']);
  });

  it('a 503 that overtakes its 501 finishes the operation, and the 501 then starts no other', () => {
    const overtaken = arriving([row[503](2)], RESTARTS);
    expect(statuses(overtaken, RESTARTS)).toEqual(['SUCCESSFUL', 'PENDING', 'PENDING']);
    const { taken, journal } = take(overtaken, row[501](1), RESTARTS);
    expect(taken).toEqual(['71']);
    expect(statuses(journal, RESTARTS)).toEqual(['SUCCESSFUL', 'PENDING', 'PENDING']);
  });

  it('mean nothing that was handed over after them, or never', () => {
    const operations = [
      operation('70', ['c8y_Restart'], { sentAt: undefined }),
      operation('71', ['c8y_Restart'], { sentAt: START + 10 }),
    ];
    expect(take(EMPTY_AGENDA, row[501](5), operations).taken).toEqual([]);
    expect(take(EMPTY_AGENDA, row[503](9), operations)).toMatchObject({ taken: [] });
    expect(take(EMPTY_AGENDA, row[501](10), operations).taken).toEqual(['71']);
  });

  it('mean what was never handed over only when it was said by id that it executes', () => {
    const operations = [operation('70', ['c8y_Restart'], { sentAt: undefined })];
    const executing = arriving([byId(3, '70', 'EXECUTING')], operations);
    expect(take(executing, row[503](2), operations).taken).toEqual([]);
    expect(take(executing, row[503](4), operations).taken).toEqual(['70']);
  });

  it('507 fails all that execute, also those whose 501 it has overtaken', () => {
    expect(statuses(arriving([row[507](9), row[501](1), row[501](2)], RESTARTS), RESTARTS)).toEqual([
      'FAILED',
      'FAILED',
      'PENDING',
    ]);
    expect(take(EMPTY_AGENDA, byId(9, '70', 'EXECUTING'), RESTARTS)).toMatchObject({ taken: [], how: 'idle' });
    expect(take(EMPTY_AGENDA, row[507](9), [])).toMatchObject({ taken: [], how: 'idle' });
  });

  it('a repeated row changes nothing', () => {
    const once = arriving([row[501](1)], RESTARTS);
    expect(take(once, row[501](1), RESTARTS)).toMatchObject({ how: 'known', taken: ['71'], journal: once });
  });
});

describe('status', () => {
  it('only moves forward', () => {
    const journal = arriving([byId(1, '71', 'FAILED')], RESTARTS);
    for (const status of ['PENDING', 'EXECUTING', 'SUCCESSFUL'] as const) {
      expect(take(journal, byId(2, '71', status), RESTARTS).taken).toEqual([]);
    }
    expect(take(journal, byId(2, '71', 'FAILED'), RESTARTS).taken).toEqual(['71']);
  });

  it('keeps what was said of it, and what was written to the operation', () => {
    const journal = arriving(
      [
        { ...byId(1, '71', 'EXECUTING'), fragments: { acme_Step: 1 } },
        { ...byId(2, '71', 'EXECUTING'), fragments: { acme_Percent: 50 } },
        row[502](3),
        byId(4, '71', 'FAILED'),
      ],
      RESTARTS,
    );
    expect(progress(journal, RESTARTS)['71']).toMatchObject({
      status: 'FAILED',
      failureReason: 'at 3',
      fragments: { acme_Step: 1, acme_Percent: 50 },
    });
  });
});

describe('order of arrival', () => {
  const OPERATIONS = [
    operation('71', ['c8y_Restart']),
    operation('72', ['c8y_Command']),
    operation('73', ['c8y_Restart', 'description']),
    operation('74', ['c8y_Restart']),
  ];
  const anyRow = fc
    .tuple(
      fc.nat(59_999),
      fc.constantFrom('501', '501', '502', '503', '503', '507', '504', '505', '506'),
      fc.constantFrom('c8y_Restart', 'c8y_Restart', 'c8y_Command'),
      fc.constantFrom('71', '72', '73', '74'),
    )
    .map(([ms, template, fragment, id]): OperationEvent => {
      if (template === '507') return row[507](ms);
      if (template === '504') return byId(ms, id, 'EXECUTING');
      if (template === '505') return byId(ms, id, 'FAILED');
      if (template === '506') return byId(ms, id, 'SUCCESSFUL');
      return template === '501'
        ? row[501](ms, fragment)
        : template === '502'
          ? row[502](ms, fragment)
          : row[503](ms, fragment);
    });
  const rows = fc.uniqueArray(anyRow, { maxLength: 12, selector: (event) => event.asOf });

  it('does not matter for where the operations end', () => {
    fc.assert(
      fc.property(rows, (arrival) => {
        const inOrder = [...arrival].sort((a, b) => (a.asOf < b.asOf ? -1 : 1));
        expect(progress(arriving(arrival, OPERATIONS), OPERATIONS)).toEqual(
          progress(arriving(inOrder, OPERATIONS), OPERATIONS),
        );
      }),
      { numRuns: 2000 },
    );
  });
});
