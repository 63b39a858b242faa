import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IngestDeps } from '../../lib/mqtt/ingest';
import { ItemLimitError } from '../../lib/storage/item-limits';
import { TENANT, Uplinks } from './uplinks';

let uplinks: Uplinks;
let warm: IngestDeps;
let number = 0;
let serial: string;

beforeAll(async () => {
  uplinks = await Uplinks.start();
  warm = uplinks.instance();
});
afterAll(() => uplinks.tables.close());
beforeEach(() => {
  serial = `limited${++number}`;
  uplinks.sent.length = 0;
});

const device = async (name = serial) => {
  const found = await uplinks.services.identity.find(TENANT, 'c8y_Serial', name);
  return found && (await uplinks.services.inventory.get(TENANT, found.managedObjectId));
};
const stored = async () => {
  const found = [];
  const source = (await device())?.id ?? '';
  for await (const { fragments } of uplinks.services.measurements.list(TENANT, { source })) found.push(fragments);
  return found;
};
/** Publishes a row between two others, which have to be stored whatever becomes of it. */
async function beside(row: string, topic = 's/us') {
  const report = await uplinks.publish(warm, serial, `200,before,s,1\n${row}\n200,after,s,2`, topic);
  expect(report.outcomes.filter(({ row: at }) => at !== 2)).toMatchObject([
    { row: 1, result: 'accepted' },
    { row: 3, result: 'accepted' },
  ]);
  if (topic === 's/us') expect(await stored()).toHaveLength(2);
  return report.outcomes.find(({ row: at }) => at === 2);
}
const name = (length: number): string => 'n'.repeat(length);
const parameters = (count: number, path: (at: number) => string): string =>
  `408,,,,${Array.from({ length: count }, (_, at) => `${path(at)},NUMBER,${at}`).join(',')}`;

describe('a row over a limit', () => {
  it.each([
    ['101', `101,${name(1025)}`, /'childId' takes at most 1024 bytes/],
    ['the type of 101', `101,${'child'},,${name(3000)}`, /'type' takes at most 1024 bytes/],
    ['the type of 100', `100,,${name(3000)}`, /'type' takes at most 1024 bytes/],
    ['102', `102,${name(1100)},type,name,up`, /'serviceId' takes at most 1024 bytes/],
    ['107', `107,${name(1100)}`, /'n{64}…' takes at most 1024 bytes/],
    ['120', `120,${name(3000)},https://example.com`, /'c8y_Configuration_n+…' takes at most 1024 bytes/],
    ['408', `408,,,,${name(3000)},STRING,x`, /'n{64}…' takes at most 1024 bytes/],
    ['504', `504,${name(3000)}`, /Operation with id n+ for device id \d+ not found/],
    ['a time before the year 0', '200,a,b,1,,0000-01-01T00:00:00+14:00', /time \(parameter 5\) is not a date and time/],
    [
      'a time after the year 9999',
      '200,a,b,1,,9999-12-31T23:59:59-10:00',
      /time \(parameter 5\) is not a date and time/,
    ],
    ['the time of 400', '400,a,b,0000-01-01T00:00:00+14:00', /time \(parameter 3\) is not/],
    ['the time of 401', '401,1,2,3,4,9999-12-31T23:59:59-10:00', /time \(parameter 5\) is not/],
    ['the time of 408', '408,,9999-12-31T23:59:59-10:00,,a,STRING,x', /time \(parameter 2\) is not/],
    ['the depth of 408', `408,,,,${Array(101).fill('a').join('.')},STRING,x`, /is not a path of .*, at most 100/],
  ])('%s is refused, and the others are done', async (_case, row, text) => {
    const outcome = await beside(row);
    expect(outcome).toMatchObject({ result: 'refused', text: expect.stringMatching(text) });
    expect(uplinks.rows('s/e')).toHaveLength(1);
  });

  it.each([
    ['the first and the last moment', '200,a,b,1,,0000-01-01T00:00:00Z\n200,a,b,1,,9999-12-31T23:59:59.999Z'],
    ['a child with a long id', `101,${name(1000)}`],
    ['a service with a long id', `102,${name(1024)},type,name,up`],
    ['a long type with signs that are escaped', `100,,${'%#'.repeat(500)}`],
    ['a long configuration type', `120,${name(1000)},https://example.com`],
    ['a path of a hundred names', `408,,,,${Array(100).fill('a').join('.')},STRING,x`],
    ['a long alarm type', `301,${name(3000)}`],
    ['a long measurement', `200,${name(3000)},${name(3000)},1`],
  ])('%s is taken', async (_case, rows) => {
    const { outcomes } = await uplinks.publish(warm, serial, rows);
    expect(outcomes.map(({ result }) => result)).not.toContain('refused');
  });

  it('107 with a name twice removes it', async () => {
    await uplinks.publish(warm, serial, '113,a\n112,1,2');
    expect(await beside('107,c8y_Configuration,c8y_Position,c8y_Configuration')).toMatchObject({ result: 'accepted' });
    const { fragments } = (await device()) ?? {};
    expect(fragments).not.toHaveProperty('c8y_Configuration');
    expect(fragments).not.toHaveProperty('c8y_Position');
  });

  it.each([
    ['100 values of one fragment', 100, (at: number) => `acme.p${at}`],
    ['400 values of one fragment', 400, (at: number) => `acme.group${at % 7}.p${at}`],
    ['a fragment for each of 100 values', 100, (at: number) => `acme_P${at}`],
    ['a fragment for each of 300 values', 300, (at: number) => `acme_P${at}.deep.value`],
  ])('408 with %s is written as a whole', async (_case, count, path) => {
    expect(await beside(parameters(count, path))).toMatchObject({ result: 'accepted' });
    const fragments = (await device())?.fragments ?? {};
    const values = JSON.stringify(Object.entries(fragments).filter(([fragment]) => fragment.startsWith('acme')));
    expect(values.match(/:\d+[,}]|,\d+\]/g)).toHaveLength(count);
  });

  it('408 of many values is not overwritten by an older one that comes late', async () => {
    const older = uplinks.uplink(
      serial,
      's/us',
      parameters(300, (at) => `acme.p${at}`).replaceAll(',NUMBER,', ',NUMBER,9'),
    );
    await uplinks.publish(
      warm,
      serial,
      parameters(300, (at) => `acme.p${at}`),
    );
    const before = (await device())?.fragments.acme;
    const { ingest } = await import('../../lib/mqtt/ingest');
    expect((await ingest(older, warm)).outcomes).toMatchObject([{ result: 'accepted' }]);
    expect((await device())?.fragments.acme).toEqual(before);
  });

  it('a child of a long id takes rows of its own and is listed', async () => {
    const child = `${serial}-${name(900)}`;
    await uplinks.publish(warm, serial, `101,${child},valve\n105`);
    expect(uplinks.rows('s/ds')).toEqual([`106,${child}`]);
    expect(await device(child)).toMatchObject({ fragments: { name: 'valve' } });
  });

  it('is refused also when only the database knows the limit, and the others are done', async () => {
    const limit = new ItemLimitError('item', { bytes: 500_000, limit: 409_600 });
    const services = {
      ...warm.services,
      software: { change: () => Promise.reject(limit) },
    } as unknown as IngestDeps['services'];
    const report = await uplinks.publish({ ...warm, services }, serial, '200,before,s,1\n140,a,1\n200,after,s,2');
    expect(report.outcomes.map(({ row, result }) => `${row} ${result}`)).toEqual([
      '1 accepted',
      '2 refused',
      '3 accepted',
    ]);
    expect(await stored()).toHaveLength(2);
    expect(uplinks.rows('s/e')).toEqual([expect.stringContaining('the item is too large for the database')]);
  });
});

/** Names that every object of JavaScript inherits. */
const INHERITED = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', '__defineGetter__'];

describe.each(INHERITED)('the name %s', (inherited) => {
  const rows = [
    `100,${inherited},${inherited}`,
    `101,${inherited}-child,${inherited},${inherited}`,
    `102,${inherited}-service,${inherited},${inherited},${inherited}`,
    `114,${inherited}`,
    `116,${inherited},${inherited},${inherited}`,
    `120,${inherited},https://example.com`,
    `122,${inherited},1,,x`,
    `140,${inherited},${inherited},${inherited}`,
    `200,fragment,${inherited},1`,
    `201,${inherited},,fragment,${inherited},1`,
    `301,${inherited}`,
    `307,${inherited},${inherited}`,
    `400,${inherited},${inherited}`,
    `408,,,,acme.group.${inherited === '__proto__' ? 'x' : inherited},STRING,kept`,
    `107,${inherited}`,
  ];

  it('is a name like any other in every row', async () => {
    const { outcomes } = await uplinks.publish(warm, serial, rows.join('\n'));
    expect(outcomes.filter(({ result }) => result === 'refused')).toEqual([]);
    const cleared = await uplinks.publish(warm, serial, `407,${inherited},${inherited}`);
    expect(cleared.outcomes).toMatchObject([{ result: 'accepted' }]);
    const object = await device();
    expect(object?.fragments).toMatchObject({ name: inherited, type: inherited, c8y_SupportedOperations: [inherited] });
    expect(await device(`${inherited}-service`)).toMatchObject({ fragments: { serviceType: inherited } });
    const source = object?.id ?? '';
    const { measurements, alarms, events } = uplinks.services;
    const series = [];
    for await (const found of measurements.list(TENANT, { source, fragment: 'fragment', series: inherited })) {
      series.push(found.type);
    }
    expect(series.sort()).toEqual([inherited, 'fragment'].sort());
    for await (const alarm of alarms.list(TENANT, { source })) expect(alarm.type).toBe(inherited);
    for await (const event of events.list(TENANT, { source, type: inherited })) expect(event.text).toBe(inherited);
  });

  it('is refused or kept as a fragment', async () => {
    const { outcomes } = await uplinks.publish(warm, serial, `200,${inherited},s,1\n408,,,,${inherited},STRING,kept`);
    const expected = inherited === '__proto__' ? 'refused' : 'accepted';
    expect(outcomes.map(({ result }) => result)).toEqual([expected, expected]);
    if (expected === 'refused') return;
    expect((await stored()).map((fragments) => Object.keys(fragments))).toEqual([[inherited]]);
    const fragments = (await device())?.fragments ?? {};
    expect(Object.entries(fragments)).toContainEqual([inherited, 'kept']);
    const owned = [];
    for await (const { id } of uplinks.services.inventory.list(TENANT, { fragmentType: inherited })) owned.push(id);
    expect(owned).toContain((await device())?.id);
    await uplinks.publish(warm, serial, `107,${inherited}`);
    expect(Object.keys((await device())?.fragments ?? {})).not.toContain(inherited);
  });
});
