import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest, type Uplink } from '../../lib/mqtt/ingest';
import { Table } from '../../lib/storage/table';
import { type Death, Died, dyingClient, slowClient } from '../support/own-client';
import { TENANT, Uplinks } from './uplinks';

let uplinks: Uplinks;
let gateways = 0;

beforeAll(async () => {
  uplinks = await Uplinks.start();
});
afterAll(() => uplinks.tables.close());

/** One publish of a gateway: the topic, and the row. `$` stands for the serial of the gateway. */
type Sent = readonly [topic: string, row: string];

const PARENTS = ['$-p1', '$-p2'];
const BELOW = ['$-c1', '$-c2'];
const topic = fc.constantFrom('s/us', ...PARENTS.map((serial) => `s/us/${serial}`));
const child = fc.constantFrom(...BELOW);
const publish: fc.Arbitrary<Sent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(
      topic,
      child.map((serial) => `101,${serial},Pump,acme_Pump,true`),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      topic,
      child.map((serial) => `101,${serial},Valve,acme_Valve,false`),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      topic,
      child.map((serial) => `101,${serial}`),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(
      topic,
      child.map((serial) => `102,${serial},systemd,broker,up`),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('s/us'),
      fc.constantFrom(...PARENTS).map((serial) => `101,${serial},P`),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(
      child.map((serial) => `s/us/${serial}`),
      fc.constant('200,acme,n,1'),
    ),
  },
);
const death: fc.Arbitrary<Death | undefined> = fc.option(
  fc.record({ call: fc.integer({ min: 1, max: 16 }), done: fc.boolean() }),
  { nil: undefined },
);
const history = fc
  .array(fc.record({ sent: publish, death }), { minLength: 2, maxLength: 7 })
  .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length })));

/** What a gateway of its own sends, five seconds apart. */
function messagesOf(sent: readonly Sent[]): { gateway: string; messages: Uplink[] } {
  const gateway = `gw${++gateways}`;
  const sentBy = sent.map(([topic, row]) =>
    uplinks.uplink(gateway, topic.replaceAll('$', gateway), row.replaceAll('$', gateway)),
  );
  return { gateway, messages: uplinks.inTurn(sentBy, 0) };
}

const instanceWith = (client: DynamoDBClient) =>
  uplinks.instance({}, uplinks.clock, {
    registry: new Table(client, 'registry'),
    telemetry: new Table(client, 'telemetry'),
  });

/** Handles a message in an instance that dies, if it is told to, and then again in another one. */
async function deliver(message: Uplink, death?: Death): Promise<void> {
  if (death !== undefined) {
    const died = await ingest(message, instanceWith(dyingClient(uplinks.tables.client, death))).then(
      () => false,
      (error: unknown) => error instanceof Died || Promise.reject(error),
    );
    if (!died) return;
  }
  await ingest(message, uplinks.instance());
}

/** The hierarchy below a gateway, and what everything in it is, with serials in place of ids. */
async function stateOf(gateway: string) {
  const { devices, identity, inventory } = uplinks.services;
  const state: Record<string, unknown> = {};
  for (const serial of ['$', ...PARENTS, ...BELOW].map((name) => name.replaceAll('$', gateway))) {
    const id = (await identity.find(TENANT, 'c8y_Serial', serial))?.managedObjectId;
    if (id === undefined) continue;
    const above = await Promise.all(
      (await inventory.parents(TENANT, id)).map(async (link) => [
        link.kind,
        (await devices.deviceOf(TENANT, link.id))?.serial,
        (await inventory.childIds(TENANT, link.id, link.kind)).includes(id),
      ]),
    );
    state[serial] = { ...(await inventory.get(TENANT, id))?.fragments, above };
  }
  return JSON.parse(JSON.stringify(state).replaceAll(gateway, '$')) as Record<string, { above: unknown[] }>;
}

/** Each child has one parent, and a reading for it is accepted. */
async function expectWhole(gateway: string): Promise<void> {
  const state = await stateOf(gateway);
  for (const name of Object.keys(state).filter((serial) => serial !== '$')) {
    expect(state[name]?.above).toHaveLength(1);
    const serial = name.replaceAll('$', gateway);
    const report = await uplinks.publish(uplinks.instance(), gateway, '200,acme,n,2', `s/us/${serial}`);
    expect(report.outcomes).toEqual([{ row: 1, template: '200', result: 'accepted' }]);
  }
}

async function inOrder(sent: readonly Sent[]) {
  const { gateway, messages } = messagesOf(sent);
  for (const message of messages) await deliver(message);
  return stateOf(gateway);
}

/** Rows that put one child into different places. The first counts. */
const RIVALS: Sent[] = [
  ['s/us', '101,$-c1,Pump,acme_Pump,true'],
  ['s/us/$-p1', '101,$-c1,Valve,acme_Valve,false'],
  ['s/us/$-p2', '102,$-c1,systemd,broker,up'],
  ['s/us/$-c1', '200,acme,n,1'],
];

describe('the hierarchy below a gateway', () => {
  it('is the same whatever order its rows arrive in, and wherever an instance dies', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(history, async ([all, arrival]) => {
        const expected = await inOrder(all.map(({ sent }) => sent));
        const { gateway, messages } = messagesOf(all.map(({ sent }) => sent));
        for (const index of arrival) {
          const message = messages[index];
          if (message) await deliver(message, all[index]?.death);
        }
        expect(await stateOf(gateway)).toEqual(expected);
        await expectWhole(gateway);
      }),
      { numRuns: 8, interruptAfterTimeLimit: 8_000 },
    );
  });

  it('is the same when several instances work on its rows at once and some die', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(history, async ([all, arrival]) => {
        const expected = await inOrder(all.map(({ sent }) => sent));
        const { gateway, messages } = messagesOf(all.map(({ sent }) => sent));
        const arriving = arrival.map((index) => [messages[index], all[index]?.death] as const);
        await Promise.all(arriving.map(([message, death]) => message && deliver(message, death)));
        expect(await stateOf(gateway)).toEqual(expected);
        await expectWhole(gateway);
      }),
      { numRuns: 8, interruptAfterTimeLimit: 8_000 },
    );
  });

  // each of the first two with the other, and with a row that makes a service; and data with a row that moves its child
  const pairs = [
    [0, 1],
    [1, 0],
    [1, 2],
    [2, 1],
    [3, 1],
  ].map((pair) => pair.map((at) => RIVALS[at]));
  it.each(pairs)('is the same when a slow instance with %j is overtaken by %j', async (slow, fast) => {
    const sent = RIVALS.filter((row) => row === slow || row === fast);
    const expected = await inOrder(sent);
    for (let call = 1, isOver = false; !isOver; call++) {
      const { gateway, messages } = messagesOf(sent);
      const [slowMessage, fastMessage] = sent[0] === slow ? messages : messages.reverse();
      if (slowMessage === undefined || fastMessage === undefined) throw new Error('two messages');
      isOver = true;
      const meanwhile = async (): Promise<void> => {
        isOver = false;
        await deliver(fastMessage);
      };
      await ingest(slowMessage, instanceWith(slowClient(uplinks.tables.client, call, meanwhile)));
      if (isOver) return;
      expect(await stateOf(gateway)).toEqual(expected);
      await expectWhole(gateway);
    }
  });

  it('has no circle, even when two rows at once say so', async () => {
    const crossed: Sent[] = [
      ['s/us/$-p1', '101,$-p2'],
      ['s/us/$-p2', '101,$-p1'],
    ];
    for (let round = 0; round < 5; round++) {
      const { gateway, messages } = messagesOf(crossed);
      await Promise.all(messages.map((message) => deliver(message)));
      await expectWhole(gateway);
    }
    const { gateway, messages } = messagesOf(crossed);
    for (const message of messages) await deliver(message);
    expect(await stateOf(gateway)).toMatchObject({
      '$-p1': { above: [['childDevices', '$', true]] },
      '$-p2': { above: [['childDevices', '$-p1', true]] },
    });
    expect(uplinks.rows('s/e').at(-1)).toMatch(/^45,101,/);
  });
});
