import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseFanOutEvent } from '../../lib/changes/notifications/fan-out-event';
import { sentChange } from '../../lib/changes/notifications/sent-change';
import { notificationText } from '../../lib/notifications/notification';
import { ADMIN, BASE, type Rest, startRest } from './fixture';

const NUMBERS = '{"a":0.0,"b":1.10,"c":1e3,"d":12345678901234567890,"e":[-0,{"f":100.0}],"g":1.5}';
const TIME = '2026-02-03T04:05:06Z';
let rest: Rest;
let device: string;

beforeAll(async () => {
  rest = await startRest();
  device = await rest.create('/inventory/managedObjects', { com_cumulocity_model_Agent: {} });
});
afterAll(() => rest.close());

async function send(method: string, path: string, body?: string) {
  rest.clock.advance(1);
  const answer = await rest.app.request(`${BASE}${path}`, {
    method,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(ADMIN).toString('base64')}`,
    },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, text: await answer.text() };
}

it.each([
  ['/inventory/managedObjects', '"name":"x"', '{'],
  ['/measurement/measurements', `"type":"T","time":"${TIME}"`, undefined],
  ['/event/events', `"type":"T","text":"x","time":"${TIME}"`, '{'],
  ['/alarm/alarms', `"type":"T","text":"x","severity":"MAJOR","time":"${TIME}"`, '{'],
  ['/devicecontrol/operations', '"deviceId":"DEVICE"', '{"status":"EXECUTING",'],
])('%s gives numbers back as they were sent', async (path, members, change) => {
  const given = `{"source":{"id":"${device}"},${members.replace('DEVICE', device)},"acme_N":${NUMBERS}}`;
  const made = await send('POST', path, given);
  expect(made).toMatchObject({ status: 201, text: expect.stringContaining(`"acme_N":${NUMBERS}`) });
  const one = `${path}/${JSON.parse(made.text).id}`;
  expect((await send('GET', one)).text).toContain(`"acme_N":${NUMBERS}`);
  expect((await send('GET', `${path}?pageSize=100`)).text).toContain(`"acme_N":${NUMBERS}`);
  if (change === undefined) return;
  const changed = await send('PUT', one, `${change}"acme_M":${NUMBERS}}`);
  expect(changed).toMatchObject({ status: 200, text: expect.stringContaining(`"acme_M":${NUMBERS}`) });
  expect((await send('GET', one)).text).toContain(`"acme_M":${NUMBERS}`);
});

it('a series keeps the number of each of its values', async () => {
  const series = '{"F":{"value":0.0,"unit":"l"},"G":{"value":1.10}}';
  const given = `{"source":{"id":"${device}"},"type":"S","time":"${TIME}","acme_S":${series}}`;
  const made = await send('POST', '/measurement/measurements', given);
  expect((await send('GET', `/measurement/measurements/${JSON.parse(made.text).id}`)).text).toContain(series);
  const query = `source=${device}&dateFrom=2026-01-01&dateTo=2027-01-01&series=acme_S.G`;
  const rows = await send('GET', `/measurement/measurements/series?${query}`);
  expect(JSON.parse(rows.text).values).toEqual({ [TIME]: [{ min: 1.1, max: 1.1 }] });
});

it('an id that was sent as a number is taken digit by digit', async () => {
  const given = `{"source":{"id":${device}},"type":"T","text":"x","time":"${TIME}"}`;
  expect(await send('POST', '/event/events', given)).toMatchObject({ status: 201 });
});

it('subscribers get numbers as they were sent, though Lambda reads the event in between', async () => {
  const event = `{"source":{"id":"${device}"},"type":"T","text":"x","time":"${TIME}","acme_N":${NUMBERS}}`;
  await send('POST', '/event/events', event);
  const change = rest.changes.at(-1)?.change;
  if (change === undefined) throw new Error('no change');
  const context = { tenant: 't100', mode: 'PERSISTENT', receivedAt: 0, messageId: 'm' } as const;
  const sent = parseFanOutEvent(JSON.parse(JSON.stringify({ context, changes: [sentChange(change)] })));
  if (!sent.ok) throw new Error(sent.error);
  const [heard] = sent.value.changes;
  if (heard === undefined) throw new Error('nothing heard');
  expect(notificationText(heard, { channel: '/events/1', baseUrl: BASE, id: '1' })).toContain(`"acme_N":${NUMBERS}`);
});
