import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IngestDeps, ingest } from '../../lib/mqtt/ingest';
import { PUBLISH_TEMPLATES } from '../../lib/protocols/smartrest/static/templates/publish-templates';
import { callAt } from '../support/calls';
import { TENANT, Uplinks } from './uplinks';

/** The dearest thing a row can do to a device that is known. `$` stands for the device, `%` for its first operation. */
interface Case {
  readonly row: string;
  readonly on?: string;
  /** Fragments of operations that wait for the device. */
  readonly operations?: readonly string[];
  /** Rows before it. */
  readonly after?: readonly string[];
}

const restart = { operations: ['c8y_Restart'] };
const executing = { ...restart, after: ['501,c8y_Restart'] };

/** The dearest row of every template; a fragment the device has not had costs its place in a list too. */
const CASES: Readonly<Record<string, Case>> = {
  100: { row: '100,Boiler,acme_Boiler' },
  101: { row: '101,$-pump,Pump,acme_Pump' },
  102: { row: '102,$-db,systemd,database,up' },
  104: { row: '104,down', on: '$-db', after: ['102,$-db,systemd,database,up'] },
  105: { row: '105', after: ['101,$-a', '101,$-b'] },
  107: { row: '107,c8y_Configuration', after: ['113,poll=10'] },
  110: { row: '110,SN,BX,C' },
  111: { row: '111,1,2,3,4,5,6,7' },
  112: { row: '112,1,2,3,4' },
  113: { row: '113,poll=10' },
  114: { row: '114,c8y_Restart' },
  115: { row: '115,os,1,https://fw' },
  116: { row: '116,nginx,1,https://sw' },
  117: { row: '117,30' },
  118: { row: '118,syslog' },
  119: { row: '119,net' },
  120: { row: '120,net,https://cfg' },
  121: { row: '121,true', operations: ['c8y_DeviceProfile'], after: ['501,c8y_DeviceProfile'] },
  122: { row: '122,agent,1,,acme' },
  123: { row: '123' },
  125: { row: '125' },
  140: { row: '140,nginx,2,apt,', after: ['140,nginx,1,apt,'] },
  141: { row: '141,curl,1,apt,', after: ['140,nginx,1,apt,'] },
  142: { row: '142,nginx,1', after: ['140,nginx,1,apt,'] },
  143: { row: '143,apt' },
  150: { row: '150,SSH' },
  200: { row: '200,acme_Flow,inlet,1' },
  201: { row: '201,acme_Power,,acme_Phase,U1,230,V' },
  210: { row: '210,-71,0.2' },
  211: { row: '211,20' },
  212: { row: '212,80' },
  301: { row: '301,acme_Low' },
  302: { row: '302,acme_Low' },
  303: { row: '303,acme_Low' },
  304: { row: '304,acme_Low' },
  305: { row: '305,acme_Low,MINOR', after: ['301,acme_Low'] },
  306: { row: '306,acme_Low', after: ['301,acme_Low'] },
  307: { row: '307,acme_Low,acme_Detail', after: ['301,acme_Low'] },
  400: { row: '400,acme_Boot,ok' },
  401: { row: '401,52,13' },
  402: { row: '402,52,13' },
  407: { row: '407,acme_Boot,acme_Trace', after: ['400,acme_Boot,ok'] },
  408: { row: '408,,,true,acme_Valve.open,BOOLEAN,true' },
  500: { row: '500', ...restart },
  501: { row: '501,c8y_Restart', ...restart },
  502: { row: '502,c8y_Restart,no', ...executing },
  503: { row: '503,c8y_RelayArray,OPEN', operations: ['c8y_RelayArray'], after: ['501,c8y_RelayArray'] },
  504: { row: '504,%', ...restart },
  505: { row: '505,%,no', ...restart },
  506: { row: '506,%', ...restart },
  507: { row: '507', operations: ['c8y_Restart', 'c8y_Restart'], after: ['501,c8y_Restart', '501,c8y_Restart'] },
  600: { row: '600' },
  602: { row: '602' },
};

/** What is promised: requests to DynamoDB, whose items are of one unit each. */
const BUDGET = { reads: 1, writes: 2 };
/** Requests of the rows that need more; docs/data-model.md#rows-that-cost-more says why. */
const DEARER: Readonly<Record<string, { readonly reads: number; readonly writes: number }>> = {
  100: { reads: 1, writes: 4 },
  101: { reads: 1, writes: 7 },
  102: { reads: 2, writes: 7 },
  105: { reads: 2, writes: 0 },
  117: { reads: 3, writes: 8 },
  121: { reads: 2, writes: 2 },
  301: { reads: 2, writes: 1 },
  302: { reads: 2, writes: 1 },
  303: { reads: 2, writes: 1 },
  304: { reads: 2, writes: 1 },
  402: { reads: 0, writes: 3 },
  407: { reads: 5, writes: 1 },
  408: { reads: 1, writes: 3 },
  500: { reads: 2, writes: 0 },
  503: { reads: 1, writes: 4 },
  507: { reads: 1, writes: 3 },
};
const READS: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query']);

let uplinks: Uplinks;
let warm: IngestDeps;
beforeAll(async () => {
  uplinks = await Uplinks.start();
  warm = uplinks.instance();
});
afterAll(() => uplinks.tables.close());

async function publish(serial: string, row: string, topic = 's/us'): Promise<void> {
  // all rows of a case come within three seconds, so that no lease is renewed in between
  uplinks.clock.advance(100);
  const uplink = { ...uplinks.uplink(serial, topic, row), receivedAt: uplinks.clock.now() };
  const { outcomes } = await ingest(uplink, warm);
  expect(outcomes).toMatchObject([{ result: 'accepted' }]);
}

async function createOperation(serial: string, fragment: string): Promise<string> {
  const device = await warm.services.devices.find(TENANT, serial);
  const call = callAt(uplinks.clock.now());
  const made = await warm.services.operations.create(call, {
    deviceId: device?.id ?? '',
    fragments: { [fragment]: {}, profileId: '5501' },
  });
  if (!made.ok) throw new Error(made.error.reason);
  return made.value.id;
}

describe('what a row costs at most, on a warm function', () => {
  it('is known of every template', () => {
    expect(Object.keys(CASES)).toEqual([...PUBLISH_TEMPLATES.keys()]);
  });

  it.each(Object.entries(CASES))('%s', async (template, { row, on, operations = [], after = [] }) => {
    const serial = `cost${template}`;
    const own = (text: string): string => text.replaceAll('$', serial);
    await publish(serial, '211,20');
    const ids: string[] = [];
    for (const fragment of operations) ids.push(await createOperation(serial, fragment));
    for (const before of after) await publish(serial, own(before));
    const last = own(row).replace('%', ids[0] ?? '');
    const topic = on === undefined ? 's/us' : `s/us/${own(on)}`;
    const { commands } = await uplinks.tables.calls.counting(() => publish(serial, last, topic));
    const sum = (isRead: boolean): number =>
      Object.entries(commands).reduce((all, [name, n]) => (READS.has(name) === isRead ? all + n : all), 0);
    const used = { reads: sum(true), writes: sum(false) };
    const dearer = DEARER[template];
    if (dearer !== undefined) return expect(used).toEqual(dearer);
    expect(used.reads).toBeLessThanOrEqual(BUDGET.reads);
    expect(used.writes).toBeLessThanOrEqual(BUDGET.writes);
  });

  it.each(Object.keys(DEARER))('is more for %s, and the data model says why', (template) => {
    const page = readFileSync('docs/data-model.md', 'utf8');
    const section = page.slice(page.indexOf('## Rows that cost more'));
    const rows = section.split('\n').filter((line) => line.startsWith('| '));
    expect(rows.some((line) => line.split('|')[1]?.includes(template))).toBe(true);
  });
});
