import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Method } from '../../lib/api/request';
import { ROUTES } from '../../lib/api/routes/route-table';
import { MANAGER, NOBODY, PUMP, READER, type Received, type Rest, startRest } from '../http/fixture';
import { changedBetween, everyItem, itemsOf } from './foreign-items';
import { ROUTES_WITH_REQUESTS, type RouteRequest, requestsOf } from './route-requests';
import { makeWorld, type Target, type World } from './route-world';

/** What only foreign objects hold. It may be in no answer to a device user, and in none across tenants. */
const OTHERS = 'other-secret';
const FARS = 'far-secret';

let rest: Rest;
let world: World;
const counted = { combinations: 0, foreign: 0, effects: 0 };

beforeAll(async () => {
  rest = await startRest();
  world = await makeWorld(rest);
});
afterAll(async () => {
  console.log(
    `routes: ${counted.combinations} combinations of request, user and target, ${counted.foreign} of them foreign or without the right: ${counted.effects} effects`,
  );
  await rest.close();
});

const nameOf = ({ method, segments }: (typeof ROUTES)[number]): string => `${method} /${segments.join('/')}`;
const isMethod = (method: Method, name: string): boolean => name.startsWith(`${method} `);
const everything = () => everyItem(rest.tables.client);
async function foreignItems() {
  const ids = world.other.flatMap(({ id, attached }) => [id, attached]);
  return itemsOf(await everything(), 't200', ['valve', 'far', ...ids]);
}

/** Sends requests as a user and counts what changed meanwhile in what `items` gives. */
async function without<T>(items: typeof foreignItems, work: () => Promise<T>, sent: number): Promise<T> {
  const before = await items();
  const deliveries = rest.deliveries.length;
  const done = await work();
  const changed = changedBetween(before, await items());
  counted.effects += changed.length;
  counted.combinations += sent;
  counted.foreign += sent;
  expect(changed).toEqual([]);
  expect(rest.deliveries.length).toBe(deliveries);
  return done;
}

const send = ({ method, path, body }: RouteRequest, as: string): Promise<Received> =>
  rest.send(method, path, { as, ...(body !== undefined && { body }) });
const shown = ({ body }: Received): string => JSON.stringify(body) ?? '';
const about = ({ method, path, body }: RouteRequest, as: string): string =>
  `${method} ${path} ${JSON.stringify(body)} as ${as.split(':', 1)[0]}`;

describe('a request to a route', () => {
  it('that exists is in the table', () => {
    expect([...ROUTES_WITH_REQUESTS].sort()).toEqual(ROUTES.map(nameOf).sort());
  });

  describe.each(ROUTES.map((route) => ({ name: nameOf(route), route })))('$name', ({ name, route }) => {
    const requests = (targets: readonly Target[]): RouteRequest[] =>
      targets.flatMap((target) => requestsOf(name, world, target));

    it('of a device user acts on what is its own or below it', async () => {
      for (const target of world.own) {
        for (const request of requestsOf(name, world, target)) {
          const answer = await send(request, PUMP);
          counted.combinations++;
          if (!['anyone', 'device'].includes(route.access)) expect(answer.status, about(request, PUMP)).toBe(403);
          else expect([401, 403, 404, 500], about(request, PUMP)).not.toContain(answer.status);
          expect(shown(answer)).not.toMatch(new RegExp(`${OTHERS}|${FARS}`));
        }
      }
    });

    it('of a device user acts on nothing else', async () => {
      const sent = requests([...world.other, ...world.far]);
      const answers = await without(
        foreignItems,
        () => Promise.all(sent.map((request) => send(request, PUMP))),
        sent.length,
      );
      for (const [at, answer] of answers.entries()) {
        const request = sent[at];
        if (request === undefined) continue;
        const isUnknownSource = answer.status === 422 && shown(answer).includes('The source does not exist');
        const isRefused = [403, 404].includes(answer.status) || isUnknownSource;
        if (request.isTargeted) expect.soft(isRefused, `${about(request, PUMP)}: ${answer.status}`).toBe(true);
        expect.soft(shown(answer), about(request, PUMP)).not.toMatch(new RegExp(`${OTHERS}|${FARS}`));
      }
    });

    it('of a reader reads within the tenant, and changes nothing', async () => {
      const sent = requests([...world.own, ...world.other, ...world.far]);
      const answers = await without(
        everything,
        () => Promise.all(sent.map((request) => send(request, READER))),
        sent.length,
      );
      for (const [at, answer] of answers.entries()) {
        const request = sent[at];
        if (request === undefined) continue;
        if (!isMethod('GET', name)) expect.soft(answer.status, about(request, READER)).toBe(403);
        expect.soft(shown(answer), about(request, READER)).not.toMatch(FARS);
      }
    });

    it('of a device manager changes nothing of another tenant, nor what administrators decide', async () => {
      const isAdmins = route.access === 'admin' && !isMethod('GET', name);
      const sent = requests(isAdmins ? [...world.own, ...world.other, ...world.far] : world.far);
      const answers = await without(
        isAdmins ? everything : async () => itemsOf(await everything(), 't200', []),
        () => Promise.all(sent.map((request) => send(request, MANAGER))),
        sent.length,
      );
      for (const [at, answer] of answers.entries()) {
        const request = sent[at];
        if (request === undefined) continue;
        if (isAdmins) expect.soft(answer.status, about(request, MANAGER)).toBe(403);
        expect.soft(shown(answer), about(request, MANAGER)).not.toMatch(FARS);
      }
    });

    it('of a person without a role does nothing', async () => {
      const sent = requests([...world.own, ...world.other, ...world.far]);
      const answers = await without(
        everything,
        () => Promise.all(sent.map((request) => send(request, NOBODY))),
        sent.length,
      );
      for (const [at, answer] of answers.entries()) {
        const request = sent[at];
        if (request === undefined) continue;
        if (route.access !== 'anyone') expect.soft(answer.status, about(request, NOBODY)).toBe(403);
        expect.soft(shown(answer), about(request, NOBODY)).not.toMatch(new RegExp(`${OTHERS}|${FARS}`));
      }
    });
  });
});
