import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHILD_KINDS } from '../../../lib/platform/inventory/link-items';
import { ADMIN, BASE, idOf, PUMP, type Rest, refusal, STRANGER, startRest, VALVE } from '../../http/fixture';

const OBJECTS = '/inventory/managedObjects';
let rest: Rest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.close());

describe('a managed object', () => {
  it('is created with what the platform adds', async () => {
    const made = await rest.send('POST', OBJECTS, {
      body: { name: 'Pump', type: 'acme_Pump', c8y_IsDevice: {}, acme_Site: { row: 4 } },
    });
    const self = `${BASE}${OBJECTS}/${idOf(made)}`;
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'Pump',
        type: 'acme_Pump',
        c8y_IsDevice: {},
        acme_Site: { row: 4 },
        owner: 'admin',
        self,
        childDevices: { references: [], self: `${self}/childDevices` },
        childAssets: { references: [], self: `${self}/childAssets` },
        childAdditions: { references: [], self: `${self}/childAdditions` },
      },
    });
    expect(made.headers.get('location')).toBe(self);
    const { body } = await rest.send('GET', `${OBJECTS}/${idOf(made)}`);
    expect(body).toEqual(made.body);
    expect(body).toMatchObject({ creationTime: expect.stringMatching(/Z$/), lastUpdated: expect.stringMatching(/Z$/) });
  });

  it('ignores what only the platform writes', async () => {
    const id = await rest.create(OBJECTS, {
      id: '1',
      self: 'x',
      creationTime: '2000-01-01',
      c8y_LastAlarm: {},
      c8y_LatestMeasurements: {},
      kept: 1,
    });
    const { body } = await rest.send('GET', `${OBJECTS}/${id}`);
    expect(id).not.toBe('1');
    expect(body).toMatchObject({ id, kept: 1, self: `${BASE}${OBJECTS}/${id}` });
    expect(body).not.toHaveProperty('c8y_LastAlarm');
    expect(body).not.toHaveProperty('c8y_LatestMeasurements');
  });

  it('changes in part; null removes', async () => {
    const id = await rest.create(OBJECTS, { name: 'before', a: 1, b: { deep: [1] } });
    const changed = await rest.send('PUT', `${OBJECTS}/${id}`, { body: { name: 'after', a: null, c: [2] } });
    expect(changed).toMatchObject({ status: 200, body: { id, name: 'after', b: { deep: [1] }, c: [2] } });
    expect(changed.body).not.toHaveProperty('a');
  });

  it.each([{}, { id: 'x' }])('takes %j as a sign of life', async (body) => {
    const id = await rest.create(OBJECTS, { name: 'quiet' });
    const before = await rest.send('GET', `${OBJECTS}/${id}`);
    expect(await rest.send('PUT', `${OBJECTS}/${id}`, { body })).toMatchObject({ status: 200, body: { id } });
    expect((await rest.send('GET', `${OBJECTS}/${id}`)).body).toMatchObject({
      name: 'quiet',
      lastUpdated: (before.body as { lastUpdated: string }).lastUpdated,
    });
  });

  it('is deleted, and then not there', async () => {
    const id = await rest.create(OBJECTS, {});
    expect(await rest.send('DELETE', `${OBJECTS}/${id}`)).toMatchObject({ status: 204, body: undefined });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await rest.send(method, `${OBJECTS}/${id}`, method === 'PUT' ? { body: { a: 1 } } : {});
      expect(answer).toMatchObject(refusal(404, 'inventory/Not Found'));
    }
  });

  it('refuses a type that is no text, and what is too large to keep', async () => {
    expect(await rest.send('POST', OBJECTS, { body: { type: 5 } })).toMatchObject(refusal(422, 'inventory/Invalid'));
    expect(await rest.send('POST', OBJECTS, { body: { a: 'x'.repeat(300_000) } })).toMatchObject(refusal(413));
  });
});

describe('lists', () => {
  const list = async (query: string, as = ADMIN) => {
    const { body } = await rest.send('GET', `${OBJECTS}?${query}`, { as });
    return body as { managedObjects: { id: string; name: string }[]; statistics: object; next?: string; prev?: string };
  };

  it('page as the worked example of docs/reference/rest-api.md#example-of-a-page', async () => {
    for (let count = 1; count <= 12; count++) await rest.create(OBJECTS, { name: `M${count}`, acme_Meter: {} });
    const page = await list('fragmentType=acme_Meter&pageSize=5&currentPage=3&withTotalPages=true');
    expect(page.managedObjects.map(({ name }) => name)).toEqual(['M11', 'M12']);
    expect(page.statistics).toEqual({ currentPage: 3, pageSize: 5, totalPages: 3 });
    expect(page.prev).toContain('currentPage=2');
    expect(page.next).toBeUndefined();
    expect((await rest.send('GET', `${OBJECTS}/count?fragmentType=acme_Meter`)).body).toBe('12');
  });

  it('filter by type, owner, ids, text, and all of them together', async () => {
    const mine = await rest.create(OBJECTS, { name: 'Green valve', type: 'acme_Valve' }, VALVE);
    const other = await rest.create(OBJECTS, { name: 'Red valve', type: 'acme_Valve' });
    const names = async (query: string) => (await list(query)).managedObjects.map(({ name }) => name);
    expect(await names('type=acme_Valve')).toEqual(['Green valve', 'Red valve']);
    expect(await names('owner=device_valve')).toEqual(['Green valve']);
    expect(await names(`ids=${other},${mine},404`)).toEqual(['Red valve', 'Green valve']);
    expect(await names('text=green')).toEqual(['Green valve']);
    expect(await names('type=acme_Valve&owner=admin&text=valve')).toEqual(['Red valve']);
    expect(await names('type=acme_None')).toEqual([]);
  });

  it('refuse nonsense in the query', async () => {
    expect(await rest.send('GET', `${OBJECTS}?pageSize=many`)).toMatchObject(refusal(422));
    expect(await rest.send('GET', `${OBJECTS}?currentPage=0`)).toMatchObject(refusal(422));
  });
});

it.each(['constructor', 'toString', '__proto__'])('keeps a member of the name %s', async (name) => {
  const body = `{"${name}":{"a":1}}`;
  const made = await rest.send('POST', OBJECTS, { body });
  const changed = await rest.send('PUT', `${OBJECTS}/${idOf(made)}`, { body });
  const read = await rest.send('GET', `${OBJECTS}/${idOf(made)}`);
  for (const answer of [made, changed, read]) expect(JSON.stringify(answer.body)).toContain(body.slice(1, -1));
});

describe.each(CHILD_KINDS)('%s', (kind) => {
  const children = (id: string) => `${OBJECTS}/${id}/${kind}`;
  const ids = async (id: string) => {
    const { body } = await rest.send('GET', `${children(id)}?pageSize=100`);
    return (body as { references: { managedObject: { id: string } }[] }).references.map((one) => one.managedObject.id);
  };

  it('are attached by reference, by references, and by creating them', async () => {
    const [parent, a, b, c] = await Promise.all([1, 2, 3, 4].map((name) => rest.create(OBJECTS, { name: `${name}` })));
    if (parent === undefined) throw new Error('no parent');
    const one = await rest.send('POST', children(parent), { body: { managedObject: { id: a } } });
    expect(one).toMatchObject({ status: 201, body: { managedObject: { id: a, name: '2' } } });
    const body = { references: [{ managedObject: { id: b } }, { managedObject: { id: c } }] };
    const many = await rest.send('POST', children(parent), { body });
    expect(many).toMatchObject({ status: 201, body });
    const made = await rest.send('POST', children(parent), {
      body: { name: 'made' },
      headers: { 'content-type': 'application/vnd.com.nsn.cumulocity.managedObject+json' },
    });
    expect(made).toMatchObject({ status: 201, body: { name: 'made' } });
    expect(await ids(parent)).toEqual([a, b, c, idOf(made)].sort());
    const whole = await rest.send('GET', `${OBJECTS}/${parent}`);
    expect((whole.body as Record<string, { references: object[] }>)[kind]?.references).toHaveLength(4);
    expect(await rest.send('DELETE', `${OBJECTS}/${parent}?cascade=true`)).toMatchObject({ status: 204 });
    expect(await rest.send('GET', `${OBJECTS}/${a}`)).toMatchObject({ status: 404 });
  });

  it.each(['', '?cascade=False', '?forceCascade=FALSE&cascade=false'])(
    'stay when their parent goes%s',
    async (query) => {
      const [above, parent, child] = [
        await rest.create(OBJECTS, {}),
        await rest.create(OBJECTS, {}),
        await rest.create(OBJECTS, {}),
      ];
      await rest.send('POST', children(above), { body: { managedObject: { id: parent } } });
      await rest.send('POST', children(parent), { body: { managedObject: { id: child } } });
      expect(await rest.send('DELETE', `${OBJECTS}/${parent}${query}`)).toMatchObject({ status: 204 });
      expect(await rest.send('GET', `${OBJECTS}/${child}`)).toMatchObject({ status: 200 });
      expect(await ids(above)).toEqual([]);
      expect(await rest.platform.inventory.parents('t100', child)).toEqual([]);
      expect(await rest.platform.inventory.childIds('t100', parent, kind)).toEqual([]);
    },
  );

  it.each(['cascade=True', 'cascade=TRUE', 'cascade', 'forceCascade=true'])(
    'go with their parent for %s',
    async (query) => {
      const parent = await rest.create(OBJECTS, {});
      const child = idOf(await rest.send('POST', children(parent), { body: { name: 'child' } }));
      expect(await rest.send('DELETE', `${OBJECTS}/${parent}?${query}`)).toMatchObject({ status: 204 });
      expect(await rest.send('GET', `${OBJECTS}/${child}`)).toMatchObject({ status: 404 });
    },
  );

  it('are looked at and detached one by one, or several', async () => {
    const parent = await rest.create(OBJECTS, {});
    const [a, b] = [await rest.create(OBJECTS, {}), await rest.create(OBJECTS, {})];
    const references = [{ managedObject: { id: a } }, { managedObject: { id: b } }];
    await rest.send('POST', children(parent), { body: { references } });
    expect(await rest.send('GET', `${children(parent)}/${a}`)).toMatchObject({
      status: 200,
      body: { managedObject: { id: a }, self: `${BASE}${children(parent)}/${a}` },
    });
    expect(await rest.send('DELETE', `${children(parent)}/${a}`)).toMatchObject({ status: 204 });
    expect(await rest.send('DELETE', `${children(parent)}/${a}`)).toMatchObject(refusal(404));
    expect(await rest.send('GET', `${OBJECTS}/${a}`)).toMatchObject({ status: 200 });
    expect(await ids(parent)).toEqual([b]);
    const remaining = { references: [{ managedObject: { id: b } }] };
    expect(await rest.send('DELETE', children(parent), { body: remaining })).toMatchObject({ status: 204 });
    expect(await ids(parent)).toEqual([]);
    expect(await rest.send('DELETE', children(parent))).toMatchObject(refusal(400));
  });

  it('need objects that exist, and no circle', async () => {
    const parent = await rest.create(OBJECTS, {});
    const child = await rest.create(OBJECTS, {});
    const to = (id: string) => ({ body: { managedObject: { id } } });
    expect(await rest.send('POST', children(parent), to('404'))).toMatchObject(refusal(404));
    expect(await rest.send('POST', children('404'), to(child))).toMatchObject(refusal(404));
    await rest.send('POST', children(parent), to(child));
    expect(await rest.send('POST', children(child), to(parent))).toMatchObject(refusal(422));
    expect(await rest.send('POST', children(parent), { body: { managedObject: {} } })).toMatchObject(
      refusal(422, 'validationError'),
    );
  });
});

describe('who may', () => {
  it('another tenant finds nothing', async () => {
    const id = await rest.create(OBJECTS, { name: 'ours', acme_Secret: {} });
    for (const [method, path] of [
      ['GET', `${OBJECTS}/${id}`],
      ['PUT', `${OBJECTS}/${id}`],
      ['DELETE', `${OBJECTS}/${id}`],
      ['GET', `${OBJECTS}/${id}/childDevices`],
      ['GET', `/identity/globalIds/${id}/externalIds`],
    ] as const) {
      const sent = { as: STRANGER, ...(method === 'PUT' && { body: { name: 'theirs' } }) };
      expect(await rest.send(method, path, sent)).toMatchObject({ status: 404 });
    }
    expect(await rest.send('GET', `${OBJECTS}?ids=${id}`, { as: STRANGER })).toMatchObject({
      body: { managedObjects: [] },
    });
    expect(await rest.send('GET', `${OBJECTS}?fragmentType=acme_Secret`, { as: STRANGER })).toMatchObject({
      body: { managedObjects: [] },
    });
    expect((await rest.send('GET', `${OBJECTS}/${id}`)).body).toMatchObject({ name: 'ours' });
  });

  it('a device user has its own objects and no others', async () => {
    const own = await rest.create(OBJECTS, { name: 'pump', owner: 'admin' }, PUMP);
    const other = await rest.create(OBJECTS, { name: 'valve' }, VALVE);
    const as = PUMP;
    expect(await rest.send('GET', `${OBJECTS}/${own}`, { as })).toMatchObject({ body: { owner: 'device_pump' } });
    expect(await rest.send('PUT', `${OBJECTS}/${own}`, { as, body: { a: 1 } })).toMatchObject({ status: 200 });
    expect(await rest.send('GET', `${OBJECTS}/${other}`, { as })).toMatchObject(refusal(403));
    expect(await rest.send('PUT', `${OBJECTS}/${other}`, { as, body: { a: 1 } })).toMatchObject(refusal(403));
    expect(await rest.send('DELETE', `${OBJECTS}/${own}`, { as })).toMatchObject(refusal(403));
    const { body } = await rest.send('GET', `${OBJECTS}?pageSize=100`, { as });
    expect((body as { managedObjects: object[] }).managedObjects).toMatchObject([{ id: own }]);
    expect(await rest.send('GET', `${OBJECTS}?owner=device_valve`, { as })).toMatchObject(refusal(403));
    const attach = { as, body: { managedObject: { id: other } } };
    expect(await rest.send('POST', `${OBJECTS}/${own}/childDevices`, attach)).toMatchObject(refusal(403));
  });

  it('an administrator may create for another owner', async () => {
    const id = await rest.create(OBJECTS, { owner: 'device_pump' });
    expect(await rest.send('GET', `${OBJECTS}/${id}`, { as: PUMP })).toMatchObject({ status: 200 });
  });
});
