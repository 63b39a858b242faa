import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/base/json';
import type { Uplink } from '../../lib/mqtt/ingest';
import { ingest } from '../../lib/mqtt/ingest';
import type { Call } from '../../lib/platform/call';
import { MessageEffects } from '../../lib/platform/unit-of-work';
import { runs } from '../fuzz/runs';
import { TENANT, Uplinks } from './uplinks';

let uplinks: Uplinks;
let number = 0;

beforeAll(async () => {
  uplinks = await Uplinks.start();
});
afterAll(() => uplinks.tables.close());

/**
 * One publish of a device: every template that changes state but 101, and 121 without an id, which looks at what its
 * operations are when it arrives (docs/reference/static-templates.md#device-profile-being-applied). `$` is the serial of
 * the device, `%` its first operation. What is before `> ` is a serial below it, whose topic the row goes to.
 */
const publish = fc.constantFrom(
  '100,Boiler,acme_Boiler',
  '110,SN-1,BX-200,A',
  '110,SN-2,BX-300,B',
  '107,c8y_Hardware',
  '112,52.5,13.4',
  '114,c8y_Restart',
  '114,c8y_Command,c8y_Restart',
  '301,acme_Hot,first',
  '302,acme_Hot,second',
  '305,acme_Hot,MINOR',
  '306,acme_Hot',
  '501,c8y_Restart',
  '503,c8y_Restart',
  '502,c8y_Restart,no',
  '140,nginx,1.25,apt,',
  '141,redis,7,apt,\n142,nginx,1.25',
  '200,acme,n,1,,2026-02-03T04:00:00Z\n211,20',
  '408,,,,acme_Valve.open,BOOLEAN,true,acme_Valve.limit,NUMBER,7',
  '408,,,,acme_Valve.open,BOOLEAN,false',
  '107,acme_Valve',
  '408,,,true,acme_Tune.speed,NUMBER,1',
  '408,,,true,acme_Tune.speed,NUMBER,2,acme_Tune.mode,STRING,eco',
  '111,1,2,3,4,5,6,7',
  '113,poll=10',
  '113,poll=20',
  '115,os,1,https://fw',
  '116,nginx,1,https://sw',
  '117,0',
  '117,30',
  '107,c8y_RequiredAvailability',
  '118,syslog',
  '119,net,app',
  '119,net',
  '120,net,https://cfg,file,2026-02-03T04:00:00Z',
  '121,true,5501',
  '121,false,5502',
  '122,agent,1,,acme',
  '125',
  '143,apt\n150,SSH',
  '142,redis,7',
  '303,acme_Cold',
  '304,acme_Cold',
  '307,acme_Hot,acme_Detail',
  '400,acme_Boot,up',
  '401,52,13,1,5',
  '402,52,13,1,6',
  '407,c8y_LocationUpdate,c8y_Position',
  '504,%',
  '505,%,no',
  '506,%',
  '507,c8y_Restart',
  '102,$-web,systemd,nginx,up',
  '$-web> 104,down',
  '$-web> 104,unknown',
);
/** What is sent, and how it arrives: each message twice, in any order, and perhaps all of them at once before. */
const history = fc.array(publish, { minLength: 2, maxLength: 8 }).chain((sent) => {
  const twice = [...sent.keys(), ...sent.keys()];
  return fc.record({
    sent: fc.constant(sent),
    arrival: fc.shuffledSubarray(twice, { minLength: twice.length }),
    atOnce: fc.boolean(),
  });
});

/** Statuses of a service that come before the service, of which the one in between counts no longer. */
const STATUS_FIRST = {
  sent: ['$-web> 104,unknown', '102,$-web,systemd,nginx,up', '$-web> 104,down'],
  arrival: [2, 0, 1],
  atOnce: false,
};
/** A removal that comes after a later value within what it removes. */
const REMOVED_BENEATH_A_PATH = {
  sent: [
    '408,,,,acme_Valve.open,BOOLEAN,true,acme_Valve.limit,NUMBER,7',
    '107,acme_Valve',
    '408,,,,acme_Valve.open,BOOLEAN,false',
  ],
  arrival: [2, 0, 1],
  atOnce: false,
};

const call = (): Call => ({
  origin: {
    tenant: TENANT,
    user: 'admin',
    mode: 'PERSISTENT',
    receivedAt: uplinks.clock.now(),
    messageId: 'setup',
    row: 1,
  },
  effects: new MessageEffects('PERSISTENT'),
});

function uplinkOf(serial: string, sent: string): Uplink {
  const [row = '', below] = sent.replaceAll('$', serial).split('> ').reverse();
  return uplinks.uplink(serial, below === undefined ? 's/us' : `s/us/${below}`, row);
}

/** A device of its own with two restarts that it was given, and the messages it sends afterwards. */
async function device(sent: readonly string[]): Promise<{ serial: string; messages: Uplink[] }> {
  const serial = `perm${++number}`;
  const { devices, operations } = uplinks.services;
  const { id } = await devices.ensureRoot(call(), serial);
  const ids: string[] = [];
  for (let count = 0; count < 2; count++) {
    const made = await operations.create(call(), { deviceId: id, fragments: { c8y_Restart: {} } });
    if (made.ok) ids.push(made.value.id);
  }
  await operations.handovers.answer(TENANT, id);
  const messages = uplinks.inTurn(sent.map((payload) => uplinkOf(serial, payload.replace('%', ids[0] ?? ''))));
  return { serial, messages };
}

/** Everything that can be seen of a device, without ids and without the device's name in it. */
async function stateOf(serial: string) {
  const { identity, inventory, alarms, operations, measurements, events } = uplinks.services;
  const id = (await identity.find(TENANT, 'c8y_Serial', serial))?.managedObjectId ?? '';
  const {
    id: _,
    creationTime: _created,
    lastUpdated: _updated,
    ...object
  } = (await inventory.get(TENANT, id)) ?? { id, fragments: {} };
  const fragments: JsonObject = object.fragments;
  // it may be a quarter of the interval older than the last message (docs/reference/mqtt-implementation.md#signs-of-life)
  const { lastMessage: _time, ...life } = (fragments.c8y_Availability ?? {}) as { lastMessage?: string };
  const collected = async <T>(all: AsyncGenerator<T>, view: (one: T) => unknown) => {
    const views: string[] = [];
    for await (const one of all) views.push(JSON.stringify(view(one)));
    return views.sort();
  };
  const additions = [];
  for (const addition of await inventory.childIds(TENANT, id, 'childAdditions')) {
    const { fragments = {} } = (await inventory.get(TENANT, addition)) ?? {};
    additions.push(fragments.c8y_SoftwareList ?? fragments);
  }
  return JSON.parse(
    JSON.stringify({
      object: { ...object, fragments: { ...fragments, c8y_Availability: life } },
      events: await collected(events.list(TENANT, { source: id }), ({ type, text, fragments }) => [
        type,
        text,
        fragments,
      ]),
      additions: additions.map((addition) => JSON.stringify(addition)).sort(),
      alarms: await collected(alarms.list(TENANT, { source: id }), ({ id: _, source: _source, ...alarm }) => alarm),
      operations: await collected(operations.list(TENANT, { deviceId: id }), ({ status, failureReason }) => [
        status,
        failureReason,
      ]),
      measurements: await collected(measurements.list(TENANT, { source: id }), ({ time, fragments }) => [
        time,
        fragments,
      ]),
    }).replaceAll(serial, 'device'),
  );
}

describe('a minute of publishes', () => {
  it('ends in the same state whatever order it arrives in', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ sent, arrival, atOnce }) => {
        const inOrder = await device(sent);
        const shuffled = await device(sent);
        for (const message of inOrder.messages) await ingest(message, uplinks.instance());
        if (atOnce) await Promise.all(shuffled.messages.map((message) => ingest(message, uplinks.instance())));
        for (const index of arrival) {
          const message = shuffled.messages[index];
          if (message) await ingest(message, uplinks.instance());
        }
        expect(await stateOf(shuffled.serial)).toEqual(await stateOf(inOrder.serial));
      }),
      { numRuns: runs(15), examples: [[REMOVED_BENEATH_A_PATH], [STATUS_FIRST]] },
    );
  }, 1_800_000);

  it('ends in the same state when two function instances work at once', async () => {
    const sent = [
      '301,acme_Hot',
      '110,SN-1,A',
      '306,acme_Hot',
      '110,SN-2,B',
      '501,c8y_Restart',
      '503,c8y_Restart',
      '302,acme_Hot',
    ];
    const inOrder = await device(sent);
    const together = await device(sent);
    for (const message of inOrder.messages) await ingest(message, uplinks.instance());
    await Promise.all(together.messages.map((message) => ingest(message, uplinks.instance())));
    expect(await stateOf(together.serial)).toEqual(await stateOf(inOrder.serial));
  });
});
