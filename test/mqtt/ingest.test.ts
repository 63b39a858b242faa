import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { printJson } from '../../lib/base/exact-json';
import { type IngestDeps, ingest, packetSize, parseUplink, type Uplink } from '../../lib/mqtt/ingest';
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
  serial = `dev${++number}`;
  uplinks.sent.length = 0;
  uplinks.listening.add('s/e');
});

const publish = (payload: string | Uint8Array, topic?: string) => uplinks.publish(warm, serial, payload, topic);
const device = async (name = serial) => {
  const found = await uplinks.services.identity.find(TENANT, 'c8y_Serial', name);
  return found && (await uplinks.services.inventory.get(TENANT, found.managedObjectId));
};
async function measurements(name = serial) {
  const source = (await device(name))?.id ?? '';
  const found = [];
  for await (const one of uplinks.services.measurements.list(TENANT, { source })) found.push(one);
  return found;
}
const readings = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const time = new Date(Date.UTC(2026, 1, 3, 4, 0, index)).toISOString();
    const [fragment, series, unit] = [
      ['c8y_Temperature', 'T', 'C'],
      ['c8y_Humidity', 'h', '%RH'],
      ['c8y_Pressure', 'P', 'hPa'],
    ][index % 3] as [string, string, string];
    return `200,${fragment},${series},${(20 + Math.sin(index / 9)).toFixed(2)},${unit},${time}`;
  }).join('\n');

describe('one publish', () => {
  it.each(['0.0', '1.10', '1e3', '12345678901234567890'])('keeps how the number %s is spelled', async (value) => {
    await publish(`200,acme_N,n,${value}`);
    const [found] = await measurements();
    expect(printJson(found?.fragments)).toBe(`{"acme_N":{"n":{"value":${value}}}}`);
  });

  it('creates the device, stores the reading and says nothing', async () => {
    const report = await publish('211,21.5');
    expect(report).toMatchObject({
      tenant: TENANT,
      device: serial,
      outcomes: [{ row: 1, template: '211', result: 'accepted' }],
    });
    expect((await device())?.fragments).toMatchObject({ name: `MQTT Device ${serial}`, type: 'c8y_MQTTDevice' });
    expect(await measurements()).toMatchObject([
      {
        type: 'c8y_TemperatureMeasurement',
        fragments: { c8y_TemperatureMeasurement: { T: { value: 21.5, unit: 'C' } } },
      },
    ]);
    expect(uplinks.sent).toEqual([]);
  });

  it('does the other rows when one is refused, and reports each bad row once', async () => {
    const report = await publish('211,21\n999,x\n200,a\n211,22\n"211');
    expect(report.outcomes.map(({ result }) => result)).toEqual([
      'accepted',
      'refused',
      'refused',
      'accepted',
      'refused',
    ]);
    expect(await measurements()).toHaveLength(2);
    const errors = uplinks.rows('s/e');
    expect(errors).toHaveLength(3);
    expect(errors[0]).toBe('40,999,No static template for this message id');
    for (const row of errors) expect(row).toMatch(/^\d+,[^,]*,.+/);
  });

  it('keeps errors to itself when the device does not listen for them', async () => {
    uplinks.listening.clear();
    const report = await publish('999');
    expect(report.outcomes).toMatchObject([{ result: 'refused', code: 40 }]);
    expect(uplinks.sent).toEqual([]);
  });

  it('says 41 for a 100 that comes a minute after the device', async () => {
    await publish(`100,Boiler,acme_Boiler`);
    await publish('100,Other,acme_Other');
    expect((await device())?.fragments).toMatchObject({ name: 'Boiler', type: 'acme_Boiler' });
    expect(uplinks.rows('s/e')).toEqual(['41,100,Device already existing']);
  });

  it('answers at once, on s/ds', async () => {
    await publish(`101,${serial}-a\n101,${serial}-b`);
    await publish('105\n123\n600');
    const id = (await device())?.id;
    expect(uplinks.rows('s/ds')).toEqual([
      `106,${serial}-a,${serial}-b`,
      `124,${id}`,
      expect.stringMatching(/^601,.+/),
    ]);
  });

  it('is refused as a whole when it is over the limit, with both sizes', async () => {
    const report = await publish('x'.repeat(16_184));
    expect(report.outcomes).toMatchObject([{ row: 0, result: 'refused', code: 42 }]);
    expect(uplinks.rows('s/e')[0]).toMatch(/16193.*16184/);
    expect(await device()).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['JSON', '{"c8y_Temperature":{}}'],
    ['not UTF-8', Uint8Array.of(0x32, 0xff, 0xfe)],
    ['a control character', '400,a,b\u0000c'],
  ])('refuses %s and stays alive', async (_name, payload) => {
    const report = await publish(payload);
    expect(report.outcomes).toMatchObject([{ result: 'refused' }]);
    expect(uplinks.rows('s/e')).toHaveLength(1);
  });

  it('splits what it has to say at the payload limit', async () => {
    const rows = Array.from({ length: 2_000 }, (_, index) => `9${index}`);
    await publish(rows.join('\n'));
    expect(uplinks.rows('s/e')).toHaveLength(2_000);
    for (const { payload } of uplinks.sent) expect(Buffer.byteLength(payload)).toBeLessThan(16_184);
  });

  it('faults, for Lambda to try again, when the client ID has no claim', async () => {
    const stranger = uplinks.instance({ senderOf: async () => undefined });
    await expect(uplinks.publish(stranger, serial, '211,1')).rejects.toThrow(/has no claim/);
  });

  it.each(['s/us/a/b', 's/us/'])('is refused as a whole on %s, which has no reader', async (topic) => {
    const report = await publish('211,1', topic);
    expect(report.outcomes).toMatchObject([{ row: 0, template: '', result: 'refused', code: 43 }]);
    expect(uplinks.rows('s/e')).toEqual([`43,,Topic '${topic}' is not part of the protocol`]);
    expect(await device()).toBeUndefined();
  });

  it('faults when a rule brings what belongs to no protocol', async () => {
    await expect(publish('211,1', 'foo/bar')).rejects.toThrow(
      'topic foo/bar came by a rule, but belongs to no protocol',
    );
  });

  it('does the same once when it comes twice', async () => {
    const uplink = uplinks.uplink(serial, 's/us', '211,21\n302,acme_Low\n400,acme_Boot,up\n114,c8y_Restart');
    await ingest(uplink, warm);
    await ingest(uplink, uplinks.instance());
    expect(await measurements()).toHaveLength(1);
    const alarms = [];
    const source = (await device())?.id ?? '';
    for await (const alarm of uplinks.services.alarms.list(TENANT, { source })) alarms.push(alarm);
    expect(alarms).toMatchObject([{ type: 'acme_Low', count: 1 }]);
    const events = [];
    for await (const event of uplinks.services.events.list(TENANT, { source })) events.push(event);
    expect(events).toHaveLength(1);
  });
});

describe('children', () => {
  it('are created by data, below the connected device', async () => {
    await publish('211,3', `s/us/${serial}-c`);
    expect(await measurements(`${serial}-c`)).toHaveLength(1);
    const root = (await device())?.id ?? '';
    const child = (await device(`${serial}-c`))?.id;
    expect(await uplinks.services.inventory.childIds(TENANT, root, 'childDevices')).toEqual([child]);
  });

  it('of another device are out of reach', async () => {
    await uplinks.publish(warm, `${serial}-other`, '211,1');
    await publish('211,99', `s/us/${serial}-other`);
    expect(uplinks.rows('s/e')).toEqual([expect.stringMatching(/^41,211,Device .*-other does not belong/)]);
    expect(await measurements(`${serial}-other`)).toHaveLength(1);
  });

  it('are not made by a status of an unknown service', async () => {
    await publish('104,up', `s/us/${serial}-svc`);
    expect(uplinks.rows('s/e')).toEqual([expect.stringMatching(/^\d+,104,.+/)]);
    expect(await device(`${serial}-svc`)).toBeUndefined();
  });
});

describe('processing modes', () => {
  it.each([
    ['s/us', 1, 1],
    ['q/us', 1, 1],
    ['t/us', 0, 0],
    ['c/us', 0, 1],
  ])('%s stores %i measurements and %i alarms, and the inventory always', async (topic, stored, alarms) => {
    await publish('211,5\n301,acme_Hot\n110,SN,model,rev', topic);
    expect(await measurements()).toHaveLength(stored);
    const source = (await device())?.id ?? '';
    expect(await uplinks.services.alarms.count(TENANT, { source })).toBe(alarms);
    expect((await device())?.fragments).toHaveProperty('c8y_Hardware');
  });
});

describe('cost of a warm function', () => {
  it.each([
    [1, 1],
    [20, 1],
    [200, 4],
  ])('%i rows: at most %i write units, no read', async (rows, units) => {
    const payload = readings(rows);
    await publish(payload);
    const again = payload
      .replaceAll('T04:00', 'T04:30')
      .replaceAll('T04:01', 'T04:31')
      .replaceAll('T04:02', 'T04:32')
      .replaceAll('T04:03', 'T04:33');
    const usage = await uplinks.tables.calls.counting(() => publish(again));
    expect(usage.readUnits).toBe(0);
    expect(usage.writeUnits).toBeGreaterThan(0);
    expect(usage.writeUnits).toBeLessThanOrEqual(units);
    expect(await measurements()).toHaveLength(2 * rows);
  });
});

const UPLINK: Uplink = {
  payload: 'MjExLDI1',
  topic: 's/us',
  clientId: 'd:SN1',
  receivedAt: 1_770_000_000_000,
  messageId: 'a-b',
};

describe('parseUplink', () => {
  it('takes what the rule selects, with and without the members of MQTT 5', () => {
    expect(parseUplink(UPLINK)).toEqual({ ok: true, value: UPLINK });
    const answered = { ...UPLINK, responseTopic: 'r', correlationData: 'Yw==' };
    expect(parseUplink(answered)).toEqual({ ok: true, value: answered });
  });

  it.each([null, 'text', [], {}, { ...UPLINK, receivedAt: 'now' }, { ...UPLINK, payload: undefined }])(
    'says what is wrong with %j',
    (event) => {
      expect(parseUplink(event)).toMatchObject({ ok: false, error: expect.stringMatching(/.+: .+|expected/i) });
    },
  );
});

describe('packetSize', () => {
  it.each([0, 1, 119, 120, 121, 16_000, 16_176, 16_177, 16_384, 20_000])(
    'is the length of a QoS 0 PUBLISH with %i bytes of payload',
    (bytes) => {
      const packet = generate({
        cmd: 'publish',
        topic: 's/us',
        payload: Buffer.alloc(bytes, 'x'),
        qos: 0,
        dup: false,
        retain: false,
      });
      expect(packetSize('s/us', bytes)).toBe(packet.length);
    },
  );
});
