import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { QUERY_PARAMETERS, type RouteParameters, routeName } from '../../../lib/api/query/parameters';
import type { Route } from '../../../lib/api/router';
import { ROUTES } from '../../../lib/api/routes/route-table';
import { idOf, type Rest, refusal, startRest } from '../../http/fixture';

const OBJECTS = '/inventory/managedObjects';
const TIME = '2026-02-03T04:05:06Z';
/** Ids by the path that they are read under. */
const ids = new Map<string, string>();
let rest: Rest;

beforeAll(async () => {
  rest = await startRest();
  const id = await rest.create(OBJECTS, { com_cumulocity_model_Agent: {} });
  ids.set(OBJECTS, id).set('/identity/globalIds', id);
  const child = idOf(await rest.send('POST', `${OBJECTS}/${id}/childDevices`, { body: { name: 'child' } }));
  await rest.send('POST', `${OBJECTS}/${id}/childAssets`, { body: { managedObject: { id: child } } });
  await rest.send('POST', `${OBJECTS}/${id}/childAdditions`, { body: { managedObject: { id: child } } });
  ids.set('child', child);
  for (const path of ['/measurement/measurements', '/event/events', '/alarm/alarms', '/devicecontrol/operations']) {
    ids.set(path, await rest.create(path, bodyOf(path)));
  }
  await rest.send('POST', `/identity/globalIds/${id}/externalIds`, { body: { type: 'acme', externalId: 'x' } });
});
afterAll(() => rest.close());

function bodyOf(path: string): unknown {
  const source = { id: ids.get(OBJECTS) };
  const reading = { source, type: 'acme_T', text: 'x', time: TIME, severity: 'MAJOR' };
  return { ...reading, deviceId: source.id, status: path.startsWith('/alarm') ? 'CLEARED' : 'SUCCESSFUL' };
}

/** Sends a request that the route answers, and gives the names of the query parameters that were read. */
async function readBy(route: Route): Promise<string[]> {
  const read = new Set<string>();
  const noting = <T>(original: (this: URLSearchParams, name: string) => T) =>
    function (this: URLSearchParams, name: string): T {
      read.add(name);
      return original.call(this, name);
    };
  const { get, getAll, has } = URLSearchParams.prototype;
  vi.spyOn(URLSearchParams.prototype, 'get').mockImplementation(noting(get));
  vi.spyOn(URLSearchParams.prototype, 'getAll').mockImplementation(noting(getAll));
  vi.spyOn(URLSearchParams.prototype, 'has').mockImplementation(noting(has));
  const base = `/${route.segments.slice(0, 2).join('/')}`;
  const given: Record<string, string | undefined> = { ':id': ids.get(base), ':child': ids.get('child') };
  const path = `/${route.segments.map((part) => given[part] ?? (part.startsWith(':') ? 'x' : part)).join('/')}`;
  const query = `?source=${ids.get(OBJECTS)}&dateFrom=2020-01-01&dateTo=2030-01-01`;
  await rest.send(route.method, path + query, route.method === 'GET' ? {} : { body: bodyOf(path) });
  vi.restoreAllMocks();
  return [...read].sort();
}

describe('the table of query parameters', () => {
  it('names routes that exist', () => {
    const names = ROUTES.map(routeName);
    expect(Object.keys(QUERY_PARAMETERS).filter((name) => !names.includes(name))).toEqual([]);
  });

  // deletions come last, because they take away what the others need
  const routes = [...ROUTES].sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));
  it.each(routes.map((route) => [routeName(route), route] as const))('has what %s reads', async (name, route) => {
    expect(await readBy(route)).toEqual([...(QUERY_PARAMETERS[name]?.done ?? [])].sort());
  });

  it('puts a parameter of a route into one list only', () => {
    for (const { done = [], lacking = {}, harmless = {} } of Object.values(QUERY_PARAMETERS)) {
      const all = [...done, ...Object.keys(lacking), ...Object.keys(harmless)];
      expect(all).toEqual([...new Set(all)]);
    }
  });
});

describe('a parameter that Cumulocity documents', () => {
  const lacking = Object.entries(QUERY_PARAMETERS).flatMap(([name, parameters]) =>
    Object.entries(parameters.lacking ?? {}).map(([parameter, kind]) => [name, parameter, kind] as const),
  );
  it.each(lacking)('is refused by name where it is lacking: %s %s', async (name, parameter, kind) => {
    const [method = '', pattern = ''] = name.split(' ');
    const path = pattern.replace(':id', '4711');
    const answer = await rest.send(method, `${path}?${parameter}=${kind === 'flag' ? 'True' : 'x'}`);
    expect(answer).toMatchObject(refusal(422));
    expect(answer.body).toMatchObject({ message: `The query parameter ${parameter} is not supported yet` });
  });

  it('is no matter where it asks for nothing or changes nothing, and neither is an unknown one', async () => {
    for (const query of ['withParents=FALSE', 'onlyRoots=false', 'query=', 'skipChildrenNames=true', 'acme=1']) {
      expect(await rest.send('GET', `${OBJECTS}?${query}`)).toMatchObject({ status: 200 });
    }
  });

  it('never widens a deletion', async () => {
    const id = await rest.create(OBJECTS, {});
    const base = { source: { id }, type: 'acme_T', time: TIME };
    await rest.create('/measurement/measurements', { ...base, acme_A: { A: { value: 1 } } });
    await rest.create('/measurement/measurements', { ...base, acme_B: { B: { value: 2 } } });
    const path = `/measurement/measurements?source=${id}`;
    expect(await rest.send('DELETE', `${path}&fragmentType=acme_A`)).toMatchObject({ status: 204 });
    expect(await rest.send('GET', path)).toMatchObject({ body: { measurements: [{ acme_B: { B: { value: 2 } } }] } });
  });
});

/** `npx vitest run test/api/query/parameters.test.ts -u` writes the table of the page anew. */
it('the table of docs/rest.md is what the code says', async () => {
  const page = join(import.meta.dirname, '..', '..', '..', 'docs', 'rest.md');
  const written = readFileSync(page, 'utf8');
  const between = /(<!-- query parameters: [^\n]* -->\n)[\s\S]*?(\n<!-- end of query parameters -->)/;
  expect(written).toMatch(between);
  const current = written.replace(between, (_found, start: string, end: string) => start + table().join('\n') + end);
  await expect(current).toMatchFileSnapshot(page);
});

function table(): string[] {
  const head = ['| Call | Read | Refused by name | Accepted without effect |', '|---|---|---|---|'];
  const rows = Object.entries(QUERY_PARAMETERS)
    // all kinds of children have the same routes
    .filter(([name]) => !/child(Assets|Additions)$/.test(name))
    .map(([name, parameters]) => `| \`${name.replaceAll(/:(\w+)/g, '{$1}')}\` | ${cells(parameters).join(' | ')} |`);
  return [...head, ...rows];
}

function cells({ done = [], lacking = {}, harmless = {} }: RouteParameters): string[] {
  const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const reasons = Object.entries(harmless).map(([name, reason]) => `\`${name}\`: ${reason}`);
  return [code(done), code(Object.keys(lacking)), reasons.join('; ')];
}
