import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { failureCount } from './support/failures';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);
const serial = newSerial('clumsy');
/** Bytes of a PUBLISH packet on `s/us` without its payload: fixed header, length of the topic, topic. */
const HEADER = 9;
const LIMIT = 16_184;

let device: Device;
let id: string;
let marks = 0;

beforeAll(async () => {
  device = await Device.connect(cirrus, { clientId: serial });
  await device.subscribe('s/e');
  await device.publish('s/us', '100,Clumsy');
  ({ id } = await rest.device(serial));
});
beforeEach(() => {
  device.messages.length = 0;
  marks++;
});
afterAll(async () => {
  expect(device.client.connected).toBe(true);
  expect(await failureCount(cirrus)).toBe(0);
  await device.disconnect();
});

/** A row that is right and can be told from all others. */
const mark = (): string => `200,acme_Mark${marks},M,1`;

async function expectMarkStored(count = 1): Promise<void> {
  await eventually(async () =>
    expect(
      await rest.list(`/measurement/measurements?source=${id}&type=acme_Mark${marks}`, 'measurements'),
    ).toHaveLength(count),
  );
}

describe('a row that is wrong costs itself only', () => {
  it.each([
    ['malformed CSV: a quote that never ends', '400,acme_A,"no end', /^42,400,/],
    ['malformed CSV: text behind a quoted value', '400,"acme_A"x,text', /^42,400,/],
    ['an unknown template', '999,a,b', /^40,999,No static template for this message id$/],
    ['no template id', ',a,b', /^4\d,,/],
    ['a template id that is no number', 'hello world', /^40,hello world,/],
    ['a missing mandatory parameter', '200,acme_Flow,F', /^45,200,.*value.*parameter 3.*missing/],
    ['an empty mandatory parameter', '400,,text', /^45,400,.*type.*parameter 1.*missing/],
    ['a value of the wrong type', '211,warm', /^45,211,.*temperature.*not .*number.*warm/],
    ['a time that is none', '211,5,yesterday', /^45,211,.*time/],
    ['a fragment that would overwrite a member', '200,source,S,1', /^45,200,/],
    ['a control character', '400,acme_A,bell \u0007', /^42,400,.*control character/],
    ['a NUL', '400,acme_A,a\u0000b', /^42,400,.*control character/],
  ])('%s', async (_, row, error) => {
    // the faulty one last: whatever a quote swallows, it swallows itself
    await device.publish('s/us', [mark(), row]);
    expect(await device.waitFor('s/e')).toMatch(error);
    await expectMarkStored();
    expect(device.rows('s/e')).toHaveLength(1);
  });

  it('bytes that are not UTF-8', async () => {
    await device.publish(
      's/us',
      Buffer.concat([Buffer.from('400,acme_A,'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from(`\n${mark()}`)]),
    );
    expect(await device.waitFor('s/e')).toMatch(/^42,400,The row is not valid UTF-8$/);
    await expectMarkStored();
  });

  it('between right ones; each has its own error', async () => {
    await device.publish('s/us', [mark(), '999', mark(), '211,warm', mark(), '303', mark()]);
    await device.waitFor('s/e', (row) => row.startsWith('45,303,'));
    expect(device.rows('s/e').map((row) => row.split(',', 2).join())).toEqual(['40,999', '45,211', '45,303']);
    await expectMarkStored(4);
  });
});

describe('a payload that is wrong as a whole', () => {
  it.each([
    ['empty', '', /^42,,The payload is empty$/],
    ['nothing but line ends', '\n\r\n\n', /^42,,The payload is empty$/],
    ['a JSON object', '{"c8y_Temperature":{"T":{"value":5}}}', /^42,,The payload is JSON/],
    ['a JSON array', ' [{"text":"hello"}]', /^42,,The payload is JSON/],
  ])('%s', async (_, payload, error) => {
    await device.publish('s/us', payload);
    expect(await device.waitFor('s/e')).toMatch(error);
    await device.publish('s/us', mark());
    await expectMarkStored();
  });

  it('bytes of no text at all', async () => {
    await device.publish('s/us', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
    expect(await device.waitFor('s/e')).toMatch(/^4\d,/);
    await device.publish('s/us', mark());
    await expectMarkStored();
  });

  it.each(['s/us/a/b', 's/us/'])('on the topic %s, which the protocol does not have', async (topic) => {
    await device.publish(topic, '211,5');
    expect(await device.waitFor('s/e')).toBe(`43,,Topic '${topic}' is not part of the protocol`);
  });
});

describe('sizes', () => {
  const padded = (bytes: number): string => {
    const row = `${mark()}\n400,acme_Padding,`;
    return row + 'x'.repeat(bytes - row.length);
  };

  it('a packet of exactly the limit is taken', async () => {
    await device.publish('s/us', padded(LIMIT - HEADER));
    await expectMarkStored();
    expect(device.rows('s/e')).toEqual([]);
  });

  it('a packet of one byte more is refused, with both sizes, and the connection stays', async () => {
    await device.publish('s/us', padded(LIMIT - HEADER + 1));
    expect(await device.waitFor('s/e')).toBe(`42,,The message has ${LIMIT + 1} bytes and the limit is ${LIMIT}`);
    await device.publish('s/us', mark());
    await expectMarkStored();
  });

  it('10,000 rows are over the limit and cost one error row', async () => {
    await device.publish(
      's/us',
      Array.from({ length: 10_000 }, (_, at) => `211,${at}`),
    );
    expect(await device.waitFor('s/e')).toMatch(/^42,,The message has \d+ bytes and the limit is 16184$/);
    expect(device.rows('s/e')).toHaveLength(1);
  });

  it('a row of 8 kB is stored as it is', async () => {
    const text = 'öäü€'.repeat(8192 / 9).slice(0, 2700);
    await device.publish('s/us', `400,acme_Long,"${text}"`);
    await eventually(async () =>
      expect(await rest.list(`/event/events?source=${id}&type=acme_Long`, 'events')).toMatchObject([{ text }]),
    );
  });

  it('as many rows as fit are all stored', async () => {
    const rows = Array.from({ length: 2_600 }, (_, at) => `211,${at % 10}`);
    await device.publish('s/us', rows);
    await eventually(async () => {
      const { body } = await rest.get<{ statistics: { totalElements: number } }>(
        `/measurement/measurements?source=${id}&type=c8y_TemperatureMeasurement&pageSize=1&withTotalElements=true`,
      );
      expect(body.statistics.totalElements).toBe(rows.length);
    });
  });

  it('as many wrong rows as fit are all answered', async () => {
    const rows = Array.from({ length: 8_000 }, () => '9');
    await device.publish('s/us', rows);
    await eventually(() => expect(device.rows('s/e')).toHaveLength(rows.length));
    expect(new Set(device.rows('s/e'))).toEqual(new Set(['40,9,No static template for this message id']));
  });
});
