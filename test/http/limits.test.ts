import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Received, type Rest, refusal, startRest } from './fixture';

let rest: Rest;
let source: string;

beforeAll(async () => {
  rest = await startRest();
  source = await rest.create('/inventory/managedObjects', { name: 'pump', com_cumulocity_model_Agent: {} });
});
afterAll(() => rest.close());

const TIME = '2026-02-03T04:05:06.000Z';
const post = (path: string, body: unknown) => rest.send('POST', path, { body });
const event = (members: object) =>
  post('/event/events', { source: { id: source }, time: TIME, type: 't', text: 'x', ...members });
const alarm = (members: object) =>
  post('/alarm/alarms', { source: { id: source }, time: TIME, type: 't', text: 'x', severity: 'MAJOR', ...members });
const measurement = (members: object) =>
  post('/measurement/measurements', { source: { id: source }, time: TIME, type: 't', ...members });
const operation = (members: object) => post('/devicecontrol/operations', { deviceId: source, ...members });
const object = (members: object) => post('/inventory/managedObjects', members);
const externalId = (members: object) => post(`/identity/globalIds/${source}/externalIds`, { type: 't', ...members });
const long = (length: number): string => 'n'.repeat(length);
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const half = (text: string): string => JSON.stringify(JSON.parse(text));

describe('over a limit', () => {
  it.each<readonly [string, () => Promise<Received>, number, RegExp]>([
    ['an event of 500 kB', () => event({ acme_Data: long(500_000) }), 413, /An event takes at most 262144 bytes/],
    ['an alarm of 500 kB', () => alarm({ acme_Data: long(500_000) }), 413, /An alarm takes at most 131072 bytes/],
    ['an operation of 500 kB', () => operation({ acme_Data: long(500_000) }), 413, /An operation takes at most 131072/],
    ['a measurement of 500 kB', () => measurement({ acme_Data: long(500_000) }), 413, /A measurement takes at most/],
    ['an object of 500 kB', () => object({ acme_Data: long(500_000) }), 413, /A managed object takes at most 262144/],
    [
      'an object of 20,000 fragments',
      () => object(Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`a${at}`, 1]))),
      413,
      /A managed object takes at most 262144/,
    ],
    ['a type of 3,000 characters', () => object({ type: long(3000) }), 422, /'type' takes at most 1024 bytes/],
    ['a fragment of 3,000', () => object({ [long(3000)]: 1 }), 422, /'n{64}…' takes at most 1024 bytes/],
    ['an owner of 3,000', () => object({ owner: long(3000) }), 422, /'owner' takes at most 1024 bytes/],
    ['an external id of 1,100', () => externalId({ externalId: long(1100) }), 422, /'externalId' takes at most 1024/],
    ['a type of external ids of 1,100', () => externalId({ type: long(1100), externalId: 'x' }), 422, /'type' takes/],
    ['half a surrogate pair', () => externalId({ externalId: 'x\ud83d' }), 422, /'externalId' holds half a surrogate/],
    ['half a pair in a name', () => object({ acme: { 'x\ud83d': 1 } }), 422, /'acme.x.' holds half a surrogate pair/],
    ['100,000 levels', () => post('/inventory/managedObjects', nested(100_000)), 422, /at most 100 levels/],
    ['101 levels', () => post('/inventory/managedObjects', nested(101)), 422, /at most 100 levels/],
    [
      '500 child references',
      () =>
        post(`/inventory/managedObjects/${source}/childAssets`, {
          references: Array.from({ length: 500 }, () => ({ managedObject: { id: source } })),
        }),
      422,
      /references takes at most 100 references/,
    ],
    ['a time before the year 0', () => event({ time: '0000-01-01T00:00:00+14:00' }), 422, /not an ISO 8601 date/],
  ])('%s is refused', async (_case, send, status, message) => {
    const answer = await send();
    expect(answer).toMatchObject(refusal(status));
    expect(answer.body).toMatchObject({ message: expect.stringMatching(message) });
  });

  it.each([
    ['managed object', `/inventory/managedObjects/${long(3000)}`],
    ['external id', `/identity/externalIds/t/${long(3000)}`],
    ['external id of no text', '/identity/externalIds/t/%ED%A0%80'],
    ['event', `/event/events/${'1'.repeat(3000)}`],
    ['alarm', `/alarm/alarms/${'1'.repeat(3000)}`],
    ['measurement', `/measurement/measurements/${'1'.repeat(3000)}`],
    ['operation', `/devicecontrol/operations/${'1'.repeat(3000)}`],
    ['user', `/user/t100/users/${long(3000)}`],
  ])('the id of a %s leads to nothing', async (_case, path) => {
    expect(await rest.send('GET', path)).toMatchObject(refusal(404));
  });

  it.each([
    `/inventory/managedObjects?type=${long(3000)}`,
    `/inventory/managedObjects?fragmentType=${long(3000)}`,
    `/inventory/managedObjects?owner=${long(3000)}`,
    `/inventory/managedObjects?ids=${long(3000)}`,
    `/event/events?source=${long(3000)}`,
    `/alarm/alarms?source=${long(3000)}`,
    `/measurement/measurements?source=${long(3000)}`,
    `/devicecontrol/operations?deviceId=${long(3000)}`,
    `/devicecontrol/operations?agentId=${long(3000)}`,
  ])('a filter matches nothing', async (path) => {
    const { status } = await rest.send('GET', path);
    expect([200, 404]).toContain(status);
  });

  it('an event that grows with each change is refused before it is too large, and stays', async () => {
    const id = await rest.create('/event/events', { source: { id: source }, time: TIME, type: 'grow', text: 'x' });
    const grow = (name: string) => rest.send('PUT', `/event/events/${id}`, { body: { [name]: long(150_000) } });
    expect(await grow('acme_One')).toMatchObject({ status: 200 });
    expect(await grow('acme_Two')).toMatchObject(refusal(413));
    expect(await rest.send('GET', `/event/events/${id}`)).toMatchObject({ status: 200 });
    expect(await rest.send('PUT', `/event/events/${id}`, { body: { acme_One: null } })).toMatchObject({ status: 200 });
  });

  it('an alarm that grows with each change can still be cleared', async () => {
    const type = 'acme_Grow';
    const id = await rest.create('/alarm/alarms', {
      source: { id: source },
      time: TIME,
      type,
      text: 'x',
      severity: 'MAJOR',
    });
    const grow = (name: string) => rest.send('PUT', `/alarm/alarms/${id}`, { body: { [name]: long(60_000) } });
    const grown = [await grow('a'), await grow('b'), await grow('c'), await grow('d')].map(({ status }) => status);
    expect(grown).toEqual([200, 200, 413, 413]);
    const cleared = await rest.send('PUT', `/alarm/alarms/${id}`, { body: { status: 'CLEARED' } });
    expect(cleared).toMatchObject({ status: 200, body: { status: 'CLEARED' } });
  });
});

const INHERITED = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__'];

describe.each(INHERITED)('the name %s', (name) => {
  const fragment = (value: number) => half(`{"${name}":${value}}`);
  const withFragment = (members: object, value: number): string =>
    `${JSON.stringify(members).slice(0, -1)},${fragment(value).slice(1)}`;
  const members = ({ body }: Received): [string, unknown][] => Object.entries(body as object);

  it.each([
    ['/inventory/managedObjects', () => ({ name: 'x' })],
    ['/event/events', () => ({ source: { id: source }, time: TIME, type: name, text: name })],
    ['/alarm/alarms', () => ({ source: { id: source }, time: TIME, type: name, text: name, severity: 'MAJOR' })],
    ['/measurement/measurements', () => ({ source: { id: source }, time: TIME, type: name })],
    ['/devicecontrol/operations', () => ({ deviceId: source })],
  ])('is a fragment like any other of %s', async (path, given) => {
    const created = await rest.send('POST', path, { body: withFragment(given(), 1) });
    expect(created.status).toBe(201);
    expect(members(created)).toContainEqual([name, 1]);
    const one = `${path}/${(created.body as { id: string }).id}`;
    expect(members(await rest.send('GET', one))).toContainEqual([name, 1]);
    const query =
      path === '/alarm/alarms'
        ? `type=${name}`
        : path.includes('measurement')
          ? `valueFragmentType=${name}`
          : `fragmentType=${name}`;
    const listed = await rest.send('GET', `${path}?${query}&pageSize=2000`);
    expect(JSON.stringify(listed.body)).toContain(fragment(1).slice(1, -1));
    if (path === '/measurement/measurements') return;
    const status =
      path === '/devicecontrol/operations'
        ? { status: 'EXECUTING' }
        : path === '/alarm/alarms'
          ? { text: 'y' }
          : { 'x-kept': 1 };
    const changed = await rest.send('PUT', one, { body: withFragment(status, 2) });
    expect(changed.status).toBe(200);
    expect(members(changed)).toContainEqual([name, 2]);
    expect(members(await rest.send('GET', one))).toContainEqual([name, 2]);
  });

  it('is a type, an owner, an external id and a value like any other', async () => {
    const id = await rest.create('/inventory/managedObjects', {
      type: name,
      owner: name,
      acme: { [`x${name}`]: name },
    });
    for (const query of [`type=${name}`, `owner=${name}`]) {
      const { body } = await rest.send('GET', `/inventory/managedObjects?${query}&pageSize=2000`);
      expect(JSON.stringify(body)).toContain(`"id":"${id}"`);
    }
    await rest.send('POST', `/identity/globalIds/${id}/externalIds`, { body: { type: name, externalId: name } });
    const found = await rest.send('GET', `/identity/externalIds/${name}/${name}`);
    expect(found).toMatchObject({ status: 200, body: { externalId: name, managedObject: { id } } });
  });

  it('is no route, no object and no parameter', async () => {
    for (const path of [
      `/${name}`,
      `/inventory/${name}`,
      `/inventory/managedObjects/${name}`,
      `/event/events/${name}`,
    ]) {
      expect((await rest.send('GET', path)).status).toBe(404);
    }
    expect((await rest.send('GET', `/inventory/managedObjects?${name}=1`)).status).toBe(200);
    expect((await rest.send('GET', `/inventory/managedObjects?ids=${name}`)).status).toBe(200);
  });
});
