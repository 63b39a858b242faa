import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IngestDeps, ingest } from '../../lib/mqtt/ingest';
import { PUBLISH_TEMPLATES } from '../../lib/protocols/smartrest/static/templates/publish-templates';
import { callAt } from '../support/calls';
import { TEMPLATE_ROWS } from './template-rows';
import { TENANT, Uplinks } from './uplinks';

/** What is promised: requests to DynamoDB, whose items are of one unit each. */
const BUDGET = { reads: 1, writes: 2 };
/** Requests of the rows that need more; docs/data-model.md#rows-that-cost-more says why. */
/** They set one fragment, and the object of the test does not have it yet. */
const ENTERS_A_LIST = [110, 111, 112, 113, 114, 115, 116, 118, 119, 120, 122, 143, 150];
const DEARER: Readonly<Record<string, { readonly reads: number; readonly writes: number }>> = {
  100: { reads: 1, writes: 4 },
  101: { reads: 3, writes: 7 },
  102: { reads: 4, writes: 7 },
  105: { reads: 2, writes: 0 },
  ...Object.fromEntries(ENTERS_A_LIST.map((template) => [template, { reads: 1, writes: 3 }])),
  117: { reads: 3, writes: 10 },
  121: { reads: 3, writes: 3 },
  301: { reads: 2, writes: 1 },
  302: { reads: 2, writes: 1 },
  303: { reads: 2, writes: 1 },
  304: { reads: 2, writes: 1 },
  402: { reads: 1, writes: 4 },
  407: { reads: 3, writes: 1 },
  408: { reads: 1, writes: 3 },
  500: { reads: 2, writes: 1 },
  503: { reads: 2, writes: 5 },
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
  await warm.services.operations.handovers.sending(TENANT, made.value, uplinks.clock.now());
  return made.value.id;
}

describe('what a row costs at most, on a warm function', () => {
  it('is known of every template', () => {
    expect(Object.keys(TEMPLATE_ROWS)).toEqual([...PUBLISH_TEMPLATES.keys()]);
  });

  it.each(Object.entries(TEMPLATE_ROWS))('%s', async (template, { row, on, operations = [], after = [] }) => {
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

  it('is the same on the topic of a child: no read says again that it is below the sender', async () => {
    await publish('cost-gateway', '211,20');
    await publish('cost-gateway', '102,cost-service,systemd,database,up');
    for (const child of ['cost-child', 'cost-service']) {
      const topic = `s/us/${child}`;
      await publish('cost-gateway', '211,20', topic);
      const { commands, writeUnits } = await uplinks.tables.calls.counting(() =>
        publish('cost-gateway', '200,acme_Flow,inlet,1', topic),
      );
      expect({ commands, writeUnits }).toEqual({ commands: { PutItem: 1 }, writeUnits: 1 });
    }
  });

  it.each(Object.keys(DEARER))('is more for %s, and the data model says why', (template) => {
    const page = readFileSync('docs/data-model.md', 'utf8');
    const section = page.slice(page.indexOf('## Rows that cost more'));
    const rows = section.split('\n').filter((line) => line.startsWith('| '));
    expect(rows.some((line) => line.split('|')[1]?.includes(template))).toBe(true);
  });
});
