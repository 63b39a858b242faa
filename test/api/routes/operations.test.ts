import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, BASE, idOf, PUMP, READER, type Rest, refusal, STRANGER, startRest, VALVE } from '../../http/fixture';

const OPERATIONS = '/devicecontrol/operations';
const OBJECTS = '/inventory/managedObjects';
let rest: Rest;
let agent: string;
let serial: string;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.close());
beforeEach(async () => {
  agent = await rest.create(OBJECTS, { c8y_IsDevice: {}, com_cumulocity_model_Agent: {} }, PUMP);
  serial = `pump-${agent}`;
  const body = { type: 'c8y_Serial', externalId: serial };
  await rest.send('POST', `/identity/globalIds/${agent}/externalIds`, { body });
});

const restart = (deviceId = agent) => rest.create(OPERATIONS, { deviceId, c8y_Restart: {} });

async function list(query: string, as = ADMIN): Promise<string[]> {
  const { status, body } = await rest.send('GET', `${OPERATIONS}?pageSize=100&${query}`, { as });
  expect(status).toBe(200);
  return (body as { operations: { id: string }[] }).operations.map(({ id }) => id);
}

describe('an operation', () => {
  it('is created PENDING, and its delivery is asked for once', async () => {
    const body = { deviceId: agent, description: 'Restart', c8y_Restart: {} };
    const made = await rest.send('POST', OPERATIONS, { body });
    const id = idOf(made);
    const shown = {
      ...body,
      agentId: agent,
      status: 'PENDING',
      creationTime: expect.stringMatching(/Z$/),
      delivery: { log: [], status: 'PENDING' },
      self: `${BASE}${OPERATIONS}/${id}`,
    };
    expect(made).toMatchObject({ status: 201, body: shown });
    expect(made.headers.get('location')).toBe(`${BASE}${OPERATIONS}/${id}`);
    expect(await rest.send('GET', `${OPERATIONS}/${id}`)).toMatchObject({ status: 200, body: shown });
    const asked = rest.deliveries.filter(({ cause }) => cause === id);
    expect(asked).toEqual([{ request: { tenant: 't100', agentId: agent, agentSerial: serial }, cause: id }]);
  });

  it('for a child goes to the agent above it', async () => {
    const made = await rest.send('POST', `${OBJECTS}/${agent}/childDevices`, {
      body: { name: 'child' },
      headers: { 'content-type': 'application/vnd.com.nsn.cumulocity.managedObject+json' },
    });
    const id = await restart(idOf(made));
    expect(await rest.send('GET', `${OPERATIONS}/${id}`)).toMatchObject({
      body: { deviceId: idOf(made), agentId: agent },
    });
  });

  it('for an agent without a serial waits for REST, and nobody tries to send it', async () => {
    const silent = await rest.create(OBJECTS, { com_cumulocity_model_Agent: {} }, PUMP);
    const asked = rest.deliveries.length;
    const id = await restart(silent);
    expect(rest.deliveries.length).toBe(asked);
    expect(await list(`agentId=${silent}&status=PENDING`, PUMP)).toEqual([id]);
    const done = await rest.send('PUT', `${OPERATIONS}/${id}`, { as: PUMP, body: { status: 'SUCCESSFUL' } });
    expect(done).toMatchObject({ status: 200, body: { status: 'SUCCESSFUL' } });
  });

  it('waits for a serial that comes later, which its row then has', async () => {
    const late = await rest.create(OBJECTS, { com_cumulocity_model_Agent: {} });
    const first = await restart(late);
    const body = { type: 'c8y_Serial', externalId: `late-${late}` };
    await rest.send('POST', `/identity/globalIds/${late}/externalIds`, { body });
    const pending = await rest.platform.operations.pendingOf('t100', late, { undelivered: true });
    expect(pending).toMatchObject([{ id: first, deviceSerial: `late-${late}` }]);
    const second = await restart(late);
    expect(rest.deliveries.at(-1)).toMatchObject({ request: { agentSerial: `late-${late}` }, cause: second });
  });

  it('moves forward and keeps what comes with the status', async () => {
    const path = `${OPERATIONS}/${await restart()}`;
    expect(await rest.send('PUT', path, { body: { status: 'EXECUTING' } })).toMatchObject({
      status: 200,
      body: { status: 'EXECUTING' },
    });
    const failed = { status: 'FAILED', failureReason: 'No power', acme_Log: { lines: 2 } };
    expect(await rest.send('PUT', path, { body: failed })).toMatchObject({ status: 200, body: failed });
    expect(await rest.send('PUT', path, { body: { status: 'EXECUTING' } })).toMatchObject(refusal(422));
    expect(await rest.send('GET', path)).toMatchObject({ body: { ...failed, c8y_Restart: {} } });
  });

  it.each([
    ['Following mandatory fields should be included: status', {}],
    ['status must be one of PENDING, EXECUTING, SUCCESSFUL, FAILED', { status: 'DONE' }],
    ['failureReason must be a text', { status: 'FAILED', failureReason: 5 }],
  ])('is not changed: %s', async (message, body) => {
    const path = `${OPERATIONS}/${await restart()}`;
    expect(await rest.send('PUT', path, { body })).toMatchObject({ status: 422, body: { message } });
  });

  it('needs a device that has an agent', async () => {
    const alone = await rest.create(OBJECTS, { name: 'no agent' });
    expect(await rest.send('POST', OPERATIONS, { body: { c8y_Restart: {} } })).toMatchObject({
      status: 422,
      body: { message: 'Following mandatory fields should be included: deviceId' },
    });
    expect(await rest.send('POST', OPERATIONS, { body: { deviceId: alone } })).toMatchObject(refusal(422));
    expect(await rest.send('POST', OPERATIONS, { body: { deviceId: '404' } })).toMatchObject(refusal(404));
    expect(await rest.send('GET', `${OPERATIONS}/404`)).toMatchObject(refusal(404, 'devicecontrol/Not Found'));
    expect(await rest.send('PUT', `${OPERATIONS}/404`, { body: { status: 'FAILED' } })).toMatchObject(refusal(404));
  });
});

describe('lists', () => {
  it('ascend by id, filter by device, agent, status, fragment and dates', async () => {
    const first = await restart();
    const second = await rest.create(OPERATIONS, { deviceId: agent, c8y_Command: { text: 'ls' } });
    const third = await restart();
    await rest.send('PUT', `${OPERATIONS}/${second}`, { body: { status: 'SUCCESSFUL' } });
    expect(await list(`deviceId=${agent}`)).toEqual([first, second, third]);
    expect(await list(`agentId=${agent}&status=PENDING`)).toEqual([first, third]);
    expect(await list(`deviceId=${agent}&fragmentType=c8y_Command`)).toEqual([second]);
    expect(await list(`deviceId=${agent}&revert=true&dateFrom=2020-01-01&dateTo=2030-01-01`)).toEqual([
      third,
      second,
      first,
    ]);
    expect(await list(`deviceId=${agent}&dateTo=2020-01-01`)).toEqual([]);
    expect(await list('status=SUCCESSFUL')).toContain(second);
  });

  it('are deleted by filter, never all at once', async () => {
    const [kept, gone] = [await rest.create(OPERATIONS, { deviceId: agent, c8y_Command: {} }), await restart()];
    expect(await rest.send('DELETE', OPERATIONS)).toMatchObject(refusal(422));
    expect(await rest.send('DELETE', `${OPERATIONS}?deviceId=${agent}`, { as: PUMP })).toMatchObject(refusal(403));
    const path = `${OPERATIONS}?deviceId=${agent}&fragmentType=c8y_Restart`;
    expect(await rest.send('DELETE', path)).toMatchObject({ status: 204 });
    expect(await list(`deviceId=${agent}`)).toEqual([kept]);
    expect(await rest.send('GET', `${OPERATIONS}/${gone}`)).toMatchObject(refusal(404));
  });

  it('page, and refuse a status that is none', async () => {
    for (let count = 0; count < 3; count++) await restart();
    expect(await rest.send('GET', `${OPERATIONS}?deviceId=${agent}&pageSize=2&currentPage=2`)).toMatchObject({
      body: { operations: [{ deviceId: agent }], statistics: { currentPage: 2, pageSize: 2 } },
    });
    expect(await rest.send('GET', `${OPERATIONS}?status=DONE`)).toMatchObject(refusal(422));
  });
});

describe('who may', () => {
  it('people of the right role create, devices never', async () => {
    const body = { deviceId: agent, c8y_Restart: {} };
    expect(await rest.send('POST', OPERATIONS, { as: READER, body })).toMatchObject(refusal(403));
    expect(await rest.send('POST', OPERATIONS, { as: PUMP, body })).toMatchObject(refusal(403));
  });

  it('a device reads and reports its own', async () => {
    const id = await restart();
    expect(await list(`agentId=${agent}`, PUMP)).toEqual([id]);
    const body = { status: 'EXECUTING' };
    expect(await rest.send('PUT', `${OPERATIONS}/${id}`, { as: VALVE, body })).toMatchObject(refusal(403));
    expect(await rest.send('PUT', `${OPERATIONS}/${id}`, { as: PUMP, body })).toMatchObject({ status: 200 });
    expect(await rest.send('GET', `${OPERATIONS}/${id}`, { as: VALVE })).toMatchObject(refusal(403));
    expect(await rest.send('GET', `${OPERATIONS}?agentId=${agent}`, { as: VALVE })).toMatchObject(refusal(403));
    expect(await rest.send('GET', OPERATIONS, { as: PUMP })).toMatchObject(refusal(403));
  });

  it('another tenant finds nothing', async () => {
    const id = await restart();
    expect(await rest.send('GET', `${OPERATIONS}/${id}`, { as: STRANGER })).toMatchObject(refusal(404));
    const body = { status: 'FAILED' };
    expect(await rest.send('PUT', `${OPERATIONS}/${id}`, { as: STRANGER, body })).toMatchObject(refusal(404));
    expect(await list('', STRANGER)).toEqual([]);
    expect(await list(`deviceId=${agent}`, STRANGER)).toEqual([]);
    expect(await rest.send('POST', OPERATIONS, { as: STRANGER, body: { deviceId: agent } })).toMatchObject(
      refusal(404),
    );
    expect(rest.deliveries.every(({ request }) => request.tenant === 't100')).toBe(true);
  });
});
