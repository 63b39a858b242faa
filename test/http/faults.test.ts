import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, type Rest, startRest } from './fixture';

const OBJECTS = '/inventory/managedObjects';
const OPERATIONS = '/devicecontrol/operations';
let rest: Rest;
let numbers = 0;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.close());

/** What a case starts from: an agent with a serial and a child, and names of its own. */
interface Start {
  /** Part of every name, so that no case finds what belongs to another. */
  readonly n: string;
  readonly agent: string;
  readonly child: string;
  /** The event, alarm, measurement or operation that the case changes. */
  readonly made: string;
}
interface Case {
  readonly prepare?: (start: Start) => Promise<string>;
  readonly request: (start: Start) => readonly [method: string, path: string, body?: unknown];
}

const source = ({ agent }: Start) => ({ id: agent });
const TIME = '2026-02-03T04:00:00.000Z';
const event = (start: Start) => ({ source: source(start), type: 'acme_Event', text: 'x', time: TIME });
const alarm = (start: Start) => ({ ...event(start), type: 'acme_Alarm', severity: 'MAJOR' });
const measurement = (start: Start) => ({ ...event(start), type: 'acme_M', acme_M: { n: { value: 1 } } });
const operation = ({ agent }: Start) => ({ deviceId: agent, c8y_Restart: {} });
const object = ({ n }: Start) => ({ name: 'new', type: `acme_New${n}`, [`acme_Mark${n}`]: {} });
const post = (path: string, body: (start: Start) => unknown) => (start: Start) => rest.create(path, body(start));

/** Each creates something: afterwards there is one of it in every look-up. */
const CREATES: Readonly<Record<string, Case>> = {
  object: { request: (start) => ['POST', OBJECTS, object(start)] },
  'child object': { request: (start) => ['POST', `${OBJECTS}/${start.agent}/childAdditions`, object(start)] },
  operation: { request: (start) => ['POST', OPERATIONS, operation(start)] },
  'operation of a child': {
    request: ({ child }) => ['POST', OPERATIONS, { deviceId: child, c8y_Restart: {} }],
  },
};
/** Each may be sent again: it completes what its first try has begun. */
const REPEATABLE: Readonly<Record<string, Case>> = {
  'new type and fragment': { request: (start) => ['PUT', `${OBJECTS}/${start.agent}`, object(start)] },
  'other type, fragment removed': {
    prepare: async (start) => {
      await rest.send('PUT', `${OBJECTS}/${start.agent}`, { body: object(start) });
      return '';
    },
    request: ({ n, agent }) => [
      'PUT',
      `${OBJECTS}/${agent}`,
      { type: `acme_Other${n}`, [`acme_Mark${n}`]: null, [`acme_More${n}`]: 1 },
    ],
  },
  'what is required': {
    request: ({ agent }) => ['PUT', `${OBJECTS}/${agent}`, { c8y_RequiredAvailability: { responseInterval: 10 } }],
  },
  'child reference': {
    request: ({ agent, child }) => ['POST', `${OBJECTS}/${agent}/childAssets`, { managedObject: { id: child } }],
  },
  'external id': {
    request: ({ n, agent }) => [
      'POST',
      `/identity/globalIds/${agent}/externalIds`,
      { type: 'acme_Name', externalId: `name-${n}` },
    ],
  },
  'status of an operation': {
    prepare: post(OPERATIONS, operation),
    request: ({ made }) => ['PUT', `${OPERATIONS}/${made}`, { status: 'EXECUTING' }],
  },
  'delete an operation': {
    prepare: post(OPERATIONS, operation),
    request: ({ agent }) => ['DELETE', `${OPERATIONS}?deviceId=${agent}`],
  },
};
/** These are here for the writes that the SDK repeats. */
const OTHERS: Readonly<Record<string, Case>> = {
  user: { request: ({ n }) => ['POST', '/user/t100/users', { userName: `person-${n}`, password: 'a-long-secret' }] },
  'raise an alarm': { request: (start) => ['POST', '/alarm/alarms', alarm(start)] },
  'clear an alarm': {
    prepare: post('/alarm/alarms', alarm),
    request: ({ made }) => ['PUT', `/alarm/alarms/${made}`, { status: 'CLEARED' }],
  },
  event: { request: (start) => ['POST', '/event/events', event(start)] },
  'change an event': {
    prepare: post('/event/events', event),
    request: ({ made }) => ['PUT', `/event/events/${made}`, { text: 'y', acme_More: 1 }],
  },
  'delete an event': {
    prepare: post('/event/events', event),
    request: ({ made }) => ['DELETE', `/event/events/${made}`],
  },
  'delete a measurement': {
    prepare: post('/measurement/measurements', measurement),
    request: ({ made }) => ['DELETE', `/measurement/measurements/${made}`],
  },
  'delete an object': { request: ({ child }) => ['DELETE', `${OBJECTS}/${child}`] },
  'remove an external id': {
    request: ({ n }) => ['DELETE', `/identity/externalIds/c8y_Serial/serial-${n}`],
  },
};

async function start({ prepare }: Case): Promise<Start> {
  const n = `_${++numbers}_`;
  const type = `acme_Agent${n}`;
  const agent = await rest.create(OBJECTS, { type, c8y_IsDevice: {}, com_cumulocity_model_Agent: {} });
  const serial = { type: 'c8y_Serial', externalId: `serial-${n}` };
  await rest.send('POST', `/identity/globalIds/${agent}/externalIds`, { body: serial });
  const made = await rest.send('POST', `${OBJECTS}/${agent}/childDevices`, { body: { type: `acme_Child${n}` } });
  const begun = { n, agent, child: idOf(made), made: '' };
  return { ...begun, made: (await prepare?.(begun)) ?? '' };
}

/** Every place where something of the case can be found, with numbers for ids and without times. */
async function look({ n, agent, child, made }: Start): Promise<string> {
  const paths = [
    ...['Agent', 'Child', 'New', 'Other'].map((type) => `${OBJECTS}?type=acme_${type}${n}`),
    ...['Mark', 'More'].map((name) => `${OBJECTS}?fragmentType=acme_${name}${n}`),
    ...[agent, child].map((id) => `${OBJECTS}/${id}`),
    ...['childDevices', 'childAssets', 'childAdditions'].map((kind) => `${OBJECTS}/${agent}/${kind}`),
    `/identity/globalIds/${agent}/externalIds`,
    ...[`c8y_Serial/serial-${n}`, `acme_Name/name-${n}`].map((name) => `/identity/externalIds/${name}`),
    ...[`deviceId=${agent}`, `deviceId=${child}`, `agentId=${agent}`, `agentId=${agent}&status=PENDING`].map(
      (filter) => `${OPERATIONS}?${filter}`,
    ),
    ...(made === '' ? [] : [`${OPERATIONS}/${made}`]),
    `/alarm/alarms?source=${agent}`,
    `/event/events?source=${agent}`,
    `/measurement/measurements?source=${agent}`,
    `/user/t100/users/person-${n}`,
  ];
  const found: unknown[] = [];
  for (const path of paths) {
    const { status, body } = await rest.send('GET', path);
    found.push([path, status, body]);
  }
  const agents = await rest.send('GET', `${OPERATIONS}?pageSize=1000`);
  const own = (agents.body as { operations: { agentId: string }[] }).operations.filter((one) => one.agentId === agent);
  const ids = new Map<string, number>();
  return JSON.stringify([...found, own], null, 1)
    .replaceAll(/\d{13,}/g, (id) => `id${ids.get(id) ?? ids.set(id, ids.size).get(id)}`)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
    .replaceAll(n, '_n_');
}

async function send(begun: Start, { request }: Case): Promise<number> {
  const [method, path, body] = request(begun);
  return (await rest.send(method, path, { body })).status;
}

/** The case without any fault: its status, what is found before and afterwards, and how many writes and calls it makes. */
async function faultless(one: Case) {
  const begun = await start(one);
  const before = await look(begun);
  let status = 0;
  let writes = 0;
  const { commands } = await rest.tables.calls.counting(async () => {
    writes = await rest.tables.network.count(async () => {
      status = await send(begun, one);
    });
  });
  const calls = Object.values(commands).reduce((sum, count) => sum + count, 0);
  return { status, before, after: await look(begun), writes, calls };
}

describe('a request whose write was answered, but the answer was lost', () => {
  it.each(Object.entries({ ...CREATES, ...REPEATABLE, ...OTHERS }))('%s', async (_, one) => {
    const { status, after, writes } = await faultless(one);
    expect(status).toBeLessThan(300);
    expect(writes).toBeGreaterThan(0);
    for (let nth = 1; nth <= writes; nth++) {
      const begun = await start(one);
      expect(await rest.tables.network.losing(nth, () => send(begun, one)), `write ${nth}`).toBe(status);
      expect(await look(begun), `write ${nth}`).toBe(after);
    }
  });
});

describe('a request that ends at any of its calls', () => {
  it.each(Object.entries(CREATES))('leaves nothing or all of it: %s', async (_, one) => {
    const { before, after, calls } = await faultless(one);
    for (let nth = 1; nth <= calls; nth++) {
      const begun = await start(one);
      await rest.tables.calls.failAt(nth, () => send(begun, one));
      expect([before, after], `call ${nth}`).toContain(await look(begun));
    }
  });

  it.each(Object.entries(REPEATABLE))('is completed by a repetition: %s', async (_, one) => {
    const { after, calls } = await faultless(one);
    for (let nth = 1; nth <= calls; nth++) {
      const begun = await start(one);
      await rest.tables.calls.failAt(nth, () => send(begun, one));
      await send(begun, one);
      expect(await look(begun), `call ${nth}`).toBe(after);
    }
  });
});
