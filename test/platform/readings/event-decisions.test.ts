import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvent, findEvent, retractEvent } from '../../../lib/platform/readings/event-items';
import { readingId } from '../../../lib/platform/readings/ids';
import { Table } from '../../../lib/storage/table';
import { slowClient } from '../../support/own-client';
import { startTables, type Tables } from '../../support/tables';

const TENANT = 't100';
const TIME = '2026-02-03T04:05:06.000Z';
const AS_OF = '1770091506000-aaaaaaaa-001';
const RETENTION = { receivedAt: Date.parse(TIME), retentionDays: 60 };
let tables: Tables;
let made = 0;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

function newEvent(decision: number) {
  const source = String(++made);
  const reading = { time: TIME, instant: Date.parse(TIME), content: ['acme', 'text', {}] };
  const id = readingId(source, reading, { by: 'content' });
  const event = {
    id,
    source,
    type: 'acme',
    text: 'text',
    time: TIME,
    creationTime: TIME,
    lastUpdated: TIME,
    fragments: {},
  };
  return { event, asOf: AS_OF, decision };
}

describe('an event that a later decision makes, while an earlier one takes it back', () => {
  it.each([1, 2, 3, 4, 5])('is there, when that happens before call %i', async (call) => {
    const { telemetry } = tables;
    const earliest = newEvent(2);
    const later = { ...earliest, decision: 4 };
    await createEvent(telemetry, TENANT, earliest, RETENTION);
    const takeBack = () => retractEvent(telemetry, TENANT, { event: later.event, decision: 3 }, RETENTION);
    const slow = new Table(slowClient(tables.client, call, takeBack), 'telemetry');
    await createEvent(slow, TENANT, later, RETENTION);
    await takeBack();
    expect(await findEvent(telemetry, TENANT, later.event.id, 0)).toMatchObject({ event: { text: 'text' } });
    await retractEvent(telemetry, TENANT, { event: later.event, decision: 5 }, RETENTION);
    expect(await findEvent(telemetry, TENANT, later.event.id, 0)).toBeUndefined();
  });
});
