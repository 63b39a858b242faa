import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);
const serial = newSerial('family');
const TIME = '2026-02-03T04:05:06.789Z';

let device: Device;
let id: string;

beforeAll(async () => {
  device = await Device.connect(cirrus, { clientId: serial });
  await device.subscribe('s/e', 's/ds');
  await device.publish('s/us', '100,Family,acme_Family');
  ({ id } = await rest.device(serial));
});
afterAll(async () => {
  // every row of this file is right
  expect(device.rows('s/e')).toEqual([]);
  await device.disconnect();
});

const about = (kind: 'measurement' | 'event' | 'alarm', type: string): Promise<readonly unknown[]> =>
  rest.list(`/${kind}/${kind}s?source=${id}&type=${type}`, `${kind}s`);

describe('measurements', () => {
  it.each([
    [
      `200,acme_Flow,F,3.2,l/s,${TIME}`,
      { type: 'acme_Flow', time: TIME, acme_Flow: { F: { value: 3.2, unit: 'l/s' } } },
    ],
    [
      `200,acme_Zoned,Z,-7e-1,,2026-02-03T05:05:06.789+01:00`,
      { type: 'acme_Zoned', time: '2026-02-03T05:05:06.789+01:00', acme_Zoned: { Z: { value: -0.7 } } },
    ],
    [
      `201,acme_Pump,${TIME},acme_In,F,1,l/s,acme_In,T,40,C,acme_Out,F,2`,
      {
        type: 'acme_Pump',
        time: TIME,
        acme_In: { F: { value: 1, unit: 'l/s' }, T: { value: 40, unit: 'C' } },
        acme_Out: { F: { value: 2 } },
      },
    ],
    [
      `211,18.4,${TIME}`,
      {
        type: 'c8y_TemperatureMeasurement',
        time: TIME,
        c8y_TemperatureMeasurement: { T: { value: 18.4, unit: 'C' } },
      },
    ],
  ])('%s', async (row, expected) => {
    await device.publish('s/us', row);
    await eventually(async () =>
      expect(await rest.list(`/measurement/measurements?source=${id}`, 'measurements')).toContainEqual(
        expect.objectContaining({ ...expected, source: expect.objectContaining({ id }) }),
      ),
    );
  });

  it('without a time get the time of their arrival', async () => {
    const sent = Date.now();
    await device.publish('s/us', '200,acme_Now,N,1');
    const [stored] = await eventually(async () => {
      const found = await about('measurement', 'acme_Now');
      expect(found).toHaveLength(1);
      return found as readonly { time: string }[];
    });
    const time = Date.parse(stored?.time ?? '');
    expect(time).toBeGreaterThanOrEqual(sent - 1);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it('sent twice by the device are one, when they say when they were taken', async () => {
    const row = `200,acme_Twice,T,5,,${TIME}`;
    await device.publish('s/us', row);
    await device.publish('s/us', [row, '200,acme_Behind,B,1']);
    await eventually(async () => expect(await about('measurement', 'acme_Behind')).toHaveLength(1));
    expect(await about('measurement', 'acme_Twice')).toHaveLength(1);
  });
});

describe('events and alarms', () => {
  it('400,acme_Door,"Panel \\"A\\", line 1⏎line 2"', async () => {
    await device.publish('s/us', `400,acme_Door,"Panel \\"A\\", line 1\nline 2",${TIME}`);
    await eventually(async () =>
      expect(await about('event', 'acme_Door')).toMatchObject([
        { type: 'acme_Door', text: 'Panel "A", line 1\nline 2', time: TIME, source: { id } },
      ]),
    );
  });

  it.each([
    ['301', 'CRITICAL'],
    ['302', 'MAJOR'],
    ['303', 'MINOR'],
    ['304', 'WARNING'],
  ])('%s raises, and 306 clears, an alarm: %s', async (template, severity) => {
    const type = `acme_${severity}`;
    await device.publish('s/us', `${template},${type},Too hot,${TIME}`);
    await eventually(async () =>
      expect(await about('alarm', type)).toMatchObject([
        { severity, status: 'ACTIVE', text: 'Too hot', time: TIME, count: 1, source: { id } },
      ]),
    );
    await device.publish('s/us', `306,${type}`);
    await eventually(async () => expect(await about('alarm', type)).toMatchObject([{ severity, status: 'CLEARED' }]));
  });

  it('an alarm raised again while it is active counts up; after it was cleared there is a second one', async () => {
    await device.publish('s/us', '302,acme_Again,first');
    await eventually(async () => expect(await about('alarm', 'acme_Again')).toHaveLength(1));
    await device.publish('s/us', '302,acme_Again,second');
    await eventually(async () =>
      expect(await about('alarm', 'acme_Again')).toMatchObject([{ count: 2, text: 'first', status: 'ACTIVE' }]),
    );
    await device.publish('s/us', ['306,acme_Again', '302,acme_Again']);
    await eventually(async () => {
      const alarms = (await about('alarm', 'acme_Again')) as readonly { status: string; text: string; count: number }[];
      expect(alarms.map(({ status }) => status).sort()).toEqual(['ACTIVE', 'CLEARED']);
      expect(alarms.find(({ status }) => status === 'ACTIVE')).toMatchObject({
        text: 'Alarm of type acme_Again raised',
        count: 1,
      });
    });
  });
});

describe('inventory', () => {
  it('114 replaces the supported operations', async () => {
    await device.publish('s/us', '114,c8y_Restart,c8y_Command');
    await eventually(async () =>
      expect(await rest.device(serial)).toMatchObject({ c8y_SupportedOperations: ['c8y_Restart', 'c8y_Command'] }),
    );
    await device.publish('s/us', '114,c8y_Restart');
    await eventually(async () =>
      expect(await rest.device(serial)).toMatchObject({ c8y_SupportedOperations: ['c8y_Restart'] }),
    );
  });

  it('117 sets the required interval once', async () => {
    await device.publish('s/us', '117,60');
    await eventually(async () =>
      expect(await rest.device(serial)).toMatchObject({ c8y_RequiredAvailability: { responseInterval: 60 } }),
    );
    await device.publish('s/us', ['117,5', '114,c8y_Command']);
    await eventually(async () =>
      expect(await rest.device(serial)).toMatchObject({ c8y_SupportedOperations: ['c8y_Command'] }),
    );
    expect(await rest.device(serial)).toMatchObject({ c8y_RequiredAvailability: { responseInterval: 60 } });
  });
});

describe('several rows in a publish', () => {
  it('are all done, whatever they are', async () => {
    await device.publish('s/us', [
      '200,acme_Many,A,1',
      '',
      '400,acme_Many,an event\r',
      '303,acme_Many,an alarm',
      '114,acme_Many',
      '200,acme_Many,A,2',
    ]);
    await eventually(async () => {
      expect(await about('measurement', 'acme_Many')).toHaveLength(2);
      expect(await about('event', 'acme_Many')).toMatchObject([{ text: 'an event' }]);
      expect(await about('alarm', 'acme_Many')).toMatchObject([{ text: 'an alarm', severity: 'MINOR' }]);
      expect(await rest.device(serial)).toMatchObject({ c8y_SupportedOperations: ['acme_Many'] });
    });
  });

  it('of two hundred readings none is missing', async () => {
    const rows = Array.from({ length: 200 }, (_, at) => `200,acme_Wave,W,${at},,${new Date(at * 1000).toISOString()}`);
    await device.publish('s/us', rows);
    await eventually(async () => {
      const found = (await rest.list(
        `/measurement/measurements?source=${id}&type=acme_Wave&pageSize=500`,
        'measurements',
      )) as readonly { acme_Wave: { W: { value: number } } }[];
      const values = found.map(({ acme_Wave }) => acme_Wave.W.value);
      expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, at) => at));
    });
  });
});
