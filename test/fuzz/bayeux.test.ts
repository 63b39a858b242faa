import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerGateway } from '../../lib/notifications/transports/gateway';
import { openWebSocket } from '../../lib/notifications/transports/web-socket';
import { BASE_URL, CHILD, DEVICE, FOREIGN, RealtimeWorld } from '../notifications/fixture';
import { nastyJson, nastyText } from './nasty';
import { runs } from './runs';

const SOCKET = 'fuzzed';
let world: RealtimeWorld;
let clientId: string;
beforeAll(async () => {
  world = await RealtimeWorld.start();
  await openWebSocket(world.deps, { connectionId: SOCKET, baseUrl: BASE_URL });
});
afterAll(() => world.close());

const META = ['handshake', 'connect', 'subscribe', 'unsubscribe', 'disconnect', 'x'].map((name) => `/meta/${name}`);
const NAMES = ['constructor', '__proto__', 'valueOf', 'toString'];
const CHANNELS = [
  ...NAMES.map((name) => `/${name}`),
  ...['measurements', 'events', 'alarms', 'managedobjects', 'operations', 'alarmsWithChildren', ...NAMES].flatMap(
    (api) => [DEVICE, CHILD, FOREIGN, '*', '**', 'constructor', ''].map((id) => `/${api}/${id}`),
  ),
  `/${DEVICE}`,
];
const channel = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...META) }, fc.constantFrom(...CHANNELS), nastyText);
const subscription = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...CHANNELS) }, nastyText);
const OWN = 'the client id of the session';

/** A message that is right in most of its members, or anything. */
const message = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record(
        {
          channel,
          clientId: fc.oneof({ weight: 8, arbitrary: fc.constant(OWN) }, nastyText),
          subscription: fc.oneof(subscription, fc.array(subscription, { maxLength: 250 })),
          id: fc.oneof(fc.nat(), nastyText),
          version: fc.constant('1.0'),
          connectionType: fc.constantFrom('long-polling', 'websocket', 'constructor'),
          advice: fc.constantFrom({ timeout: 0 }, { timeout: -1 }, { timeout: 1e308 }, { interval: 'x' }),
          ext: fc.constantFrom({}, { 'com.cumulocity.authn': {} }, { 'com.cumulocity.authn': { token: '%' } }),
        },
        { requiredKeys: ['channel'] },
      )
      .chain((right) =>
        fc
          .dictionary(fc.constantFrom(...Object.keys(right), ...NAMES), nastyJson, { maxKeys: 1 })
          .map((wrong) => ({ ...right, ...wrong })),
      ),
  },
  { weight: 1, arbitrary: nastyJson },
);
const text = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(message, { minLength: 1, maxLength: 4 }).map((messages) => JSON.stringify(messages)),
  },
  { weight: 2, arbitrary: message.map((one) => JSON.stringify(one) ?? '') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['', '[', '[]', '[[]]', 'null', '"', '\u0000', '['.repeat(100_000)],
      JSON.stringify(Array(501).fill({ channel: '/meta/connect' })),
      JSON.stringify({ channel: '/meta/subscribe', clientId: OWN, subscription: Array(20_000).fill('/events/1') }),
    ),
  },
);

/** The events that API Gateway makes of a text: of a WebSocket, or of a request. */
const events = [
  (body: string) => ({
    requestContext: { eventType: 'MESSAGE', connectionId: SOCKET, domainName: 'x.example.com' },
    body,
  }),
  (body: string) => ({
    version: '2.0',
    rawPath: '/notification/realtime',
    headers: { host: 't100.example.com', authorization: `Basic ${world.token('admin')}` },
    requestContext: { domainName: 'x.example.com', http: { method: 'POST' } },
    body,
  }),
];

it('Bayeux answers everything a client says', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom(...events), async (said, eventOf) => {
      clientId = await world.pollingClient('admin');
      const deps = { ...world.deps, baseUrlOf: () => BASE_URL };
      const answer = await answerGateway(deps, eventOf(said.replaceAll(OWN, clientId)));
      if (!answer.ok) throw new Error(answer.error);
      expect(answer.value.statusCode).toBeLessThan(500);
      const replies: unknown = JSON.parse(answer.value.body ?? '');
      for (const reply of Array.isArray(replies) ? replies : [replies]) {
        expect(reply).toMatchObject({ channel: expect.any(String) });
      }
    }),
    { numRuns: runs(150) },
  );
}, 600_000);
