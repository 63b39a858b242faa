import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BASE, idOf, PUMP, type Rest, refusal, STRANGER, startRest, VALVE } from '../../http/fixture';

const ALARMS = '/alarm/alarms';
let rest: Rest;
let device: string;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.close());
beforeEach(async () => {
  device = await rest.create('/inventory/managedObjects', {}, PUMP);
});

const dry = (change: object = {}) => ({
  source: { id: device },
  time: '2026-02-03T10:00:00Z',
  type: 'acme_Dry',
  text: 'No water',
  severity: 'MINOR',
  ...change,
});

async function types(query: string): Promise<string[]> {
  const { body } = await rest.send('GET', `${ALARMS}?source=${device}&${query}`);
  return (body as { alarms: { type: string }[] }).alarms.map(({ type }) => type);
}

describe('an alarm', () => {
  it('is created and read', async () => {
    const made = await rest.send('POST', ALARMS, { body: dry({ acme_Level: 3 }) });
    const path = `${ALARMS}/${idOf(made)}`;
    const shown = {
      ...dry(),
      source: { id: device, self: `${BASE}/inventory/managedObjects/${device}` },
      self: `${BASE}${path}`,
      status: 'ACTIVE',
      count: 1,
      firstOccurrenceTime: dry().time,
      creationTime: expect.stringMatching(/Z$/),
      acme_Level: 3,
    };
    expect(made).toMatchObject({ status: 201, body: shown });
    expect(made.headers.get('location')).toBe(`${BASE}${path}`);
    expect(await rest.send('GET', path)).toMatchObject({ status: 200, body: shown });
  });

  it('raised again only counts (docs/reference/rest-api.md#raising-an-alarm-again)', async () => {
    const first = await rest.create(ALARMS, dry());
    const again = await rest.send('POST', ALARMS, { body: dry({ severity: 'MAJOR', time: '2026-02-03T10:05:00Z' }) });
    expect(again).toMatchObject({
      status: 201,
      body: { id: first, count: 2, time: '2026-02-03T10:05:00Z', severity: 'MINOR', firstOccurrenceTime: dry().time },
    });
  });

  it('is acknowledged, changed and cleared; then a new one is another', async () => {
    const id = await rest.create(ALARMS, dry({ acme_Note: 'old' }));
    const path = `${ALARMS}/${id}`;
    const body = { status: 'ACKNOWLEDGED', severity: 'CRITICAL', text: 'Very dry', acme_Note: null };
    const changed = await rest.send('PUT', path, { body });
    expect(changed).toMatchObject({
      status: 200,
      body: { status: 'ACKNOWLEDGED', severity: 'CRITICAL', text: 'Very dry' },
    });
    expect(changed.body).not.toHaveProperty('acme_Note');
    await rest.send('PUT', path, { body: { status: 'CLEARED' } });
    const next = await rest.create(ALARMS, dry());
    expect(next).not.toBe(id);
    expect(await rest.send('GET', path)).toMatchObject({ body: { status: 'CLEARED' } });
    expect(await rest.send('GET', `${ALARMS}/${next}`)).toMatchObject({ body: { status: 'ACTIVE', count: 1 } });
  });

  it.each([
    ['Following mandatory fields should be included: text, severity', { severity: undefined, text: undefined }],
    ['severity must be one of CRITICAL, MAJOR, MINOR, WARNING', { severity: 'BAD' }],
    ['status must be one of ACTIVE, ACKNOWLEDGED, CLEARED', { status: 'OPEN' }],
    ['The source does not exist: 404', { source: { id: '404' } }],
  ])('is refused: %s', async (message, change) => {
    expect(await rest.send('POST', ALARMS, { body: dry(change) })).toMatchObject({ status: 422, body: { message } });
  });

  it('is not found by another id', async () => {
    expect(await rest.send('GET', `${ALARMS}/404`)).toMatchObject(refusal(404, 'alarm/Not Found'));
    expect(await rest.send('PUT', `${ALARMS}/404`, { body: { status: 'CLEARED' } })).toMatchObject(refusal(404));
  });
});

describe('lists', () => {
  beforeEach(async () => {
    await rest.create(ALARMS, dry());
    await rest.create(ALARMS, dry({ type: 'acme_Hot', severity: 'MAJOR', time: '2026-02-03T11:00:00Z' }));
    const id = await rest.create(ALARMS, dry({ type: 'acme_Cold' }));
    await rest.send('PUT', `${ALARMS}/${id}`, { body: { status: 'CLEARED' } });
  });

  it('are newest first', async () => {
    expect(await types('')).toEqual(['acme_Cold', 'acme_Hot', 'acme_Dry']);
  });

  it('filter by type, status, severity, resolved and dates', async () => {
    expect(await types('type=acme_Hot,acme_Dry')).toEqual(['acme_Hot', 'acme_Dry']);
    expect(await types('status=ACTIVE,ACKNOWLEDGED')).toEqual(['acme_Hot', 'acme_Dry']);
    expect(await types('severity=major')).toEqual(['acme_Hot']);
    expect(await types('resolved=true')).toEqual(['acme_Cold']);
    expect(await types('resolved=false')).toEqual(['acme_Hot', 'acme_Dry']);
    expect(await types('dateFrom=2026-02-03T10:30:00Z')).toEqual(['acme_Hot']);
    expect(await types('createdFrom=2030-01-01')).toEqual([]);
    expect(await rest.send('GET', `${ALARMS}?status=OPEN`)).toMatchObject(refusal(422));
  });

  it('are found without a source too, and counted as plain text', async () => {
    const { body } = await rest.send('GET', `${ALARMS}?pageSize=2000&type=acme_Hot`);
    expect((body as { alarms: { source: { id: string } }[] }).alarms.map(({ source }) => source.id)).toContain(device);
    const count = await rest.send('GET', `${ALARMS}/count?source=${device}&resolved=false`);
    expect(count).toMatchObject({ status: 200, body: '2' });
    expect(count.headers.get('content-type')).toBe('text/plain;charset=UTF-8');
  });

  it('change status together, when something narrows them down', async () => {
    const body = { status: 'CLEARED' };
    expect(await rest.send('PUT', ALARMS, { body })).toMatchObject(refusal(422));
    expect(await rest.send('PUT', `${ALARMS}?source=${device}`, { body: {} })).toMatchObject(refusal(422));
    expect(await rest.send('PUT', `${ALARMS}?source=${device}&status=ACTIVE`, { body })).toMatchObject({ status: 200 });
    expect(await types('resolved=false')).toEqual([]);
  });
});

describe('who may', () => {
  it('a device only for itself', async () => {
    const id = idOf(await rest.send('POST', ALARMS, { as: PUMP, body: dry() }));
    expect(await rest.send('PUT', `${ALARMS}/${id}`, { as: PUMP, body: { status: 'CLEARED' } })).toMatchObject({
      status: 200,
    });
    expect(await rest.send('POST', ALARMS, { as: VALVE, body: dry() })).toMatchObject(refusal(403));
    expect(await rest.send('GET', `${ALARMS}/${id}`, { as: VALVE })).toMatchObject(refusal(403));
    expect(await rest.send('GET', `${ALARMS}?source=${device}`, { as: VALVE })).toMatchObject(refusal(403));
    expect(await rest.send('GET', `${ALARMS}/count`, { as: PUMP })).toMatchObject(refusal(403));
    expect(
      await rest.send('PUT', `${ALARMS}?source=${device}`, { as: PUMP, body: { status: 'CLEARED' } }),
    ).toMatchObject(refusal(403));
  });

  it('another tenant finds nothing', async () => {
    const id = await rest.create(ALARMS, dry());
    expect(await rest.send('GET', `${ALARMS}/${id}`, { as: STRANGER })).toMatchObject(refusal(404));
    const body = { status: 'CLEARED' };
    expect(await rest.send('PUT', `${ALARMS}/${id}`, { as: STRANGER, body })).toMatchObject(refusal(404));
    expect(await rest.send('GET', `${ALARMS}?source=${device}`, { as: STRANGER })).toMatchObject({
      body: { alarms: [] },
    });
  });
});
