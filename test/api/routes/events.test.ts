import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BASE, idOf, PUMP, type Rest, refusal, STRANGER, startRest, VALVE } from '../../http/fixture';

const EVENTS = '/event/events';
let rest: Rest;
let device: string;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.close());
beforeEach(async () => {
  device = await rest.create('/inventory/managedObjects', {}, PUMP);
});

const door = (minute: number) => ({
  source: { id: device },
  time: `2026-02-03T04:0${minute}:00+01:00`,
  type: 'acme_Door',
  text: `Door ${minute}`,
});

async function texts(query: string): Promise<string[]> {
  const { body } = await rest.send('GET', `${EVENTS}?source=${device}&${query}`);
  return (body as { events: { text: string }[] }).events.map(({ text }) => text);
}

describe('an event', () => {
  it('is created, read, changed and deleted', async () => {
    const made = await rest.send('POST', EVENTS, { body: { ...door(1), acme_Door: { open: true } } });
    const path = `${EVENTS}/${idOf(made)}`;
    const shown = {
      ...door(1),
      source: { id: device, self: `${BASE}/inventory/managedObjects/${device}` },
      self: `${BASE}${path}`,
      acme_Door: { open: true },
      creationTime: expect.stringMatching(/Z$/),
      lastUpdated: expect.stringMatching(/Z$/),
    };
    expect(made).toMatchObject({ status: 201, body: shown });
    expect(made.headers.get('location')).toBe(`${BASE}${path}`);
    expect(await rest.send('GET', path)).toMatchObject({ status: 200, body: shown });
    const change = { text: 'shut', type: 'ignored', time: 'ignored', acme_Door: null, acme_Why: 1 };
    const changed = await rest.send('PUT', path, { body: change });
    expect(changed).toMatchObject({ status: 200, body: { ...door(1), source: {}, text: 'shut', acme_Why: 1 } });
    expect(changed.body).not.toHaveProperty('acme_Door');
    expect((await rest.send('GET', path)).body).toEqual(changed.body);
    expect(await rest.send('DELETE', path)).toMatchObject({ status: 204 });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const sent = method === 'PUT' ? { body: { text: 'x' } } : {};
      expect(await rest.send(method, path, sent)).toMatchObject(refusal(404, 'event/Not Found'));
    }
  });

  it('sent twice is two', async () => {
    const ids = [await rest.create(EVENTS, door(1)), await rest.create(EVENTS, door(1))];
    expect(ids[0]).not.toBe(ids[1]);
    expect(await texts('')).toEqual(['Door 1', 'Door 1']);
  });

  it('is one when the database lost its answer to the write', async () => {
    const create = () => rest.create(EVENTS, door(1));
    const writes = await rest.tables.network.count(create);
    expect(writes).toBeGreaterThan(0);
    for (let nth = 1; nth <= writes; nth++) await rest.tables.network.losing(nth, create);
    expect(await texts('')).toHaveLength(writes + 1);
  });

  it.each([
    ['Following mandatory fields should be included: text', { text: undefined }],
    ['text must be a text', { text: 5 }],
    ['The source does not exist: 404', { source: { id: '404' } }],
  ])('is refused: %s', async (message, change) => {
    const answer = await rest.send('POST', EVENTS, { body: { ...door(1), ...change } });
    expect(answer).toMatchObject({ status: 422, body: { message } });
  });
});

describe('lists', () => {
  beforeEach(async () => {
    for (const minute of [2, 1, 3]) await rest.create(EVENTS, door(minute));
    await rest.create(EVENTS, { ...door(4), type: 'acme_Bell', acme_Bell: {} });
  });

  it('are newest first, or the other way round', async () => {
    expect(await texts('')).toEqual(['Door 4', 'Door 3', 'Door 2', 'Door 1']);
    expect(await texts('revert=true')).toEqual(['Door 1', 'Door 2', 'Door 3', 'Door 4']);
  });

  it('filter by type, fragment and dates, and page', async () => {
    expect(await texts('type=acme_Door')).toEqual(['Door 3', 'Door 2', 'Door 1']);
    expect(await texts('fragmentType=acme_Bell')).toEqual(['Door 4']);
    expect(await texts('dateFrom=2026-02-03T03:02:00Z&dateTo=2026-02-03T03:03:00Z')).toEqual(['Door 3', 'Door 2']);
    expect(await texts('pageSize=3&currentPage=2')).toEqual(['Door 1']);
  });

  it('are deleted by filter, never all at once', async () => {
    expect(await rest.send('DELETE', EVENTS)).toMatchObject(refusal(422));
    expect(await rest.send('DELETE', `${EVENTS}?source=${device}&type=acme_Door`)).toMatchObject({ status: 204 });
    expect(await texts('')).toEqual(['Door 4']);
  });
});

describe('who may', () => {
  it('a device only for itself, and it deletes nothing', async () => {
    const made = await rest.send('POST', EVENTS, { as: PUMP, body: door(1) });
    const path = `${EVENTS}/${idOf(made)}`;
    expect(await rest.send('PUT', path, { as: PUMP, body: { text: 'mine' } })).toMatchObject({ status: 200 });
    expect(await rest.send('DELETE', path, { as: PUMP })).toMatchObject(refusal(403));
    expect(await rest.send('POST', EVENTS, { as: VALVE, body: door(2) })).toMatchObject(refusal(403));
    expect(await rest.send('GET', path, { as: VALVE })).toMatchObject(refusal(403));
    expect(await rest.send('PUT', path, { as: VALVE, body: { text: 'x' } })).toMatchObject(refusal(403));
    expect(await rest.send('GET', EVENTS, { as: PUMP })).toMatchObject(refusal(403));
  });

  it('another tenant finds nothing', async () => {
    const path = `${EVENTS}/${await rest.create(EVENTS, door(1))}`;
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const sent = { as: STRANGER, ...(method === 'PUT' && { body: { text: 'x' } }) };
      expect(await rest.send(method, path, sent)).toMatchObject(refusal(404));
    }
    expect(await rest.send('GET', `${EVENTS}?source=${device}`, { as: STRANGER })).toMatchObject({
      body: { events: [] },
    });
  });
});
