import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { QUERY_PARAMETERS } from '../../lib/api/query/parameters';
import { METHODS } from '../../lib/api/request';
import { ROUTES } from '../../lib/api/routes/route-table';
import { ADMIN, BASE, idOf, NOBODY, PUMP, READER, type Rest, STRANGER, startRest, VALVE } from '../http/fixture';
import { nastyJson, nastyText } from './nasty';
import { runs } from './runs';

const OBJECTS = '/inventory/managedObjects';
const TIME = '2026-02-03T04:05:06Z';
const faults: unknown[] = [];
const READINGS = ['/measurement/measurements', '/event/events', '/alarm/alarms', '/devicecontrol/operations'];
/** Ids that exist, by the path they are read under. */
let ids: Record<string, string> = {};
let rest: Rest;

const start = async (): Promise<void> => {
  rest = await startRest({ onUnexpected: (error) => void faults.push(error) });
  await makeObjects();
};
beforeAll(start);
/** Also run again when a request has deleted something. */
async function makeObjects(): Promise<void> {
  const agent = await rest.create(OBJECTS, { c8y_IsDevice: {}, com_cumulocity_model_Agent: {} }, PUMP);
  const child = idOf(await rest.send('POST', `${OBJECTS}/${agent}/childDevices`, { body: { name: 'child' } }));
  ids = { [OBJECTS]: agent, '/identity/globalIds': agent, child };
  for (const path of READINGS) ids[path] = await rest.create(path, { ...bodyWith(agent), status: 'ACTIVE' });
}
afterAll(() => rest.close());

/** Members that make every kind of body right. */
const bodyWith = (id: string): Record<string, unknown> => ({
  source: { id },
  deviceId: id,
  type: 'acme_Fuzz',
  text: 'text',
  time: TIME,
  severity: 'MAJOR',
  acme_Fuzz: { F: { value: 1, unit: 'l' } },
});
const MEMBERS = [
  ...['source', 'deviceId', 'type', 'text', 'time', 'severity', 'status', 'name', 'owner', 'id', 'externalId'],
  ...['userName', 'password', 'groups', 'references', 'managedObject', 'measurements', 'failureReason'],
  ...['c8y_IsDevice', 'com_cumulocity_model_Agent', 'c8y_RequiredAvailability', 'acme_Fuzz'],
];

const KINDS = [OBJECTS, 'child', ...READINGS];
/** The id of a kind when the request is sent, because ids change; otherwise a nasty text. */
type Id = { readonly of: string } | { readonly text: string };
const idText = (id: Id): string => ('of' in id ? (ids[id.of] ?? '') : id.text);
const idOfKind = (kind: string): fc.Arbitrary<Id> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant({ of: kind }) },
    { weight: 1, arbitrary: fc.constantFrom(...KINDS.map((of) => ({ of }))) },
    { weight: 1, arbitrary: nastyText.map((text) => ({ text })) },
  );
const encoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

/** Often one value, sometimes another. */
const mostly = <T>(value: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const ofRoute = fc.constantFrom(...ROUTES).chain(({ method, segments }) => {
  const base = `/${segments.slice(0, 2).join('/')}`;
  return fc.record({
    method: mostly<string>(method, ...METHODS, 'PATCH', 'HEAD', 'OPTIONS'),
    path: fc.tuple(
      ...segments.map((part): fc.Arbitrary<Id> => {
        if (part === ':id' || part === ':child') return idOfKind(part === ':id' ? base : 'child');
        return part.startsWith(':') ? nastyText.map((text) => ({ text })) : fc.constant({ text: part });
      }),
    ),
  });
});
const anywhere = fc.record({
  method: fc.constantFrom<string>(...METHODS),
  path: fc.array(
    nastyText.map((text): Id => ({ text })),
    { maxLength: 5 },
  ),
});

const parameters = [
  ...new Set(
    Object.values(QUERY_PARAMETERS).flatMap(({ done = [], lacking = {} }) => [...done, ...Object.keys(lacking)]),
  ),
];
const query = fc.array(
  fc.tuple(
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...parameters) }, { weight: 1, arbitrary: nastyText }),
    fc.oneof(
      idOfKind(OBJECTS),
      fc
        .constantFrom('true', 'False', '1', '2000', '999999999', TIME, 'ACTIVE', 'HOURLY')
        .map((text): Id => ({ text })),
    ),
  ),
  { maxLength: 4 },
);

/** A body as text, or the members that a right body gets or has replaced. */
type Body = { readonly text: string } | { readonly source: Id; readonly members: Readonly<Record<string, unknown>> };
const bodyText = (body: Body): string =>
  'text' in body ? body.text : JSON.stringify({ ...bodyWith(idText(body.source)), ...body.members });
const members = (most: number) =>
  fc.dictionary(fc.oneof(fc.constantFrom(...MEMBERS), nastyText), nastyJson, { maxKeys: most });
const body: fc.Arbitrary<Body> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ source: idOfKind(OBJECTS), members: members(1) }) },
  { weight: 3, arbitrary: fc.record({ source: idOfKind(OBJECTS), members: members(4) }) },
  { weight: 2, arbitrary: members(8).map((value) => ({ text: JSON.stringify(value) })) },
  { weight: 1, arbitrary: nastyJson.map((value) => ({ text: JSON.stringify(value) })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        ...['{', '"', '[1,]', '\u0000', '{"__proto__":{"a":1}}', '{"a":1e999}', '['.repeat(100_000)],
        `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      )
      .map((text) => ({ text })),
  },
);

const vendor = (type: string) => `application/vnd.com.nsn.cumulocity.${type}+json`;
const types = [
  ...['managedObject', 'managedObjectReference', 'managedObjectReferenceCollection', 'measurementCollection'].map(
    vendor,
  ),
  ...['application/json', 'text/plain', '*/*', 'x', ';', ''],
];
const headers = fc.record(
  {
    'content-type': mostly('application/json', ...types),
    accept: mostly('application/json', ...types),
    'x-cumulocity-processing-mode': mostly('PERSISTENT', 'TRANSIENT', 'QUIESCENT', 'CEP', 'x', ''),
    'x-http-method': mostly('', 'PUT', 'DELETE', 'GET', 'constructor'),
    usexbasic: fc.constantFrom('true', 'x'),
    host: mostly('t100.example.com', 'x', '[::1]:99999', '"'),
    'x-forwarded-proto': mostly('https', 'javascript'),
  },
  { requiredKeys: ['content-type'] },
);

const request = fc
  .record({
    at: fc.oneof({ weight: 19, arbitrary: ofRoute }, { weight: 1, arbitrary: anywhere }),
    query: fc.oneof({ weight: 3, arbitrary: fc.constant<[string, Id][]>([]) }, { weight: 2, arbitrary: query }),
    body,
    headers,
    as: mostly(ADMIN, PUMP, VALVE, READER, NOBODY, STRANGER, 'x', ''),
  })
  .map(({ at, ...sent }) => ({ ...at, ...sent }));

const urlOf = ({ path, query }: Pick<Sent, 'path' | 'query'>): string => {
  const parameters = query.map(([name, value]) => `${encoded(name)}=${encoded(idText(value))}`);
  return `${BASE}/${path.map((part) => encoded(idText(part))).join('/')}?${parameters.join('&')}`;
};
type Sent = typeof request extends fc.Arbitrary<infer T> ? T : never;

let sent = 0;
it('REST answers every request, and every refusal in JSON', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, body, headers, as }) => {
      faults.length = 0;
      // lists of everything get slower with each object that a request makes
      if (++sent % 500 === 0) await rest.close().then(start);
      rest.clock.advance(1);
      const hasBody = method !== 'GET' && method !== 'HEAD';
      const answer = await rest.app.request(urlOf({ path, query }), {
        method,
        headers: { ...headers, authorization: `Basic ${Buffer.from(as).toString('base64')}` },
        ...(hasBody && { body: bodyText(body) }),
      });
      const text = await answer.text();
      expect(faults).toEqual([]);
      expect(answer.status).toBeLessThan(500);
      if (answer.status === 204) await makeObjects();
      if (answer.status < 400 || method === 'HEAD') return;
      expect(answer.headers.get('content-type')).toMatch(/json/);
      expect(JSON.parse(text)).toMatchObject({ error: expect.any(String), message: expect.any(String) });
    }),
    { numRuns: runs(250) },
  );
}, 600_000);
