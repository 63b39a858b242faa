import { describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { invoke, type UplinkEvent, uplink } from './support/lambda';
import { type ManagedObject, Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);
/** A minute ago, for all devices the same. */
const START = Date.now() - 60_000;

/** Everything REST shows of a device, without what differs from device to device. */
async function stateOf(serial: string): Promise<unknown> {
  const { id, ...object } = await rest.device(serial);
  const query = `source=${id}&pageSize=100`;
  const [measurements, events, alarms] = [
    await rest.list(`/measurement/measurements?${query}`, 'measurements'),
    await rest.list(`/event/events?${query}`, 'events'),
    await rest.list(`/alarm/alarms?${query}`, 'alarms'),
  ];
  return {
    object: stripped(object),
    lists: [measurements, events, alarms].map((list) => list.map(stripped).sort(byText)),
  };
}

const NAMING = new Set(['id', 'self', 'source', 'lastUpdated', 'creationTime', 'name']);
const stripped = (object: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([name]) => !NAMING.has(name) && !/^(child|asset|device)[A-Z]/.test(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** The publishes of a device's day, as the rule hands them over. */
const publishes = (serial: string): readonly UplinkEvent[] =>
  [
    ['100,,acme_Ordered'],
    ['114,c8y_Restart', '301,acme_Hot,Too hot'],
    ['200,acme_Flow,F,1', '400,acme_Door,open'],
    ['301,acme_Hot,Still too hot', '302,acme_Dry'],
    ['306,acme_Hot', '114,c8y_Command,c8y_Restart'],
    ['200,acme_Flow,F,2', '303,acme_Hot,Warm again'],
  ].map((rows, at) =>
    uplink(serial, rows, { receivedAt: START + at * 1000, messageId: `00000000-0000-4000-8000-00000000000${at}` }),
  );

/** A client ID that has passed the authorizer, as ingest demands. */
async function claimed(name: string): Promise<string> {
  const device = await Device.connect(cirrus, { clientId: newSerial(name) });
  await device.disconnect();
  return device.clientId;
}

async function play(serial: string, events: readonly UplinkEvent[]): Promise<unknown> {
  for (const event of events) await invoke(cirrus, 'cirrus-ingest', event);
  return stateOf(serial);
}

describe('the same publishes', () => {
  it('end in the same state in whatever order and however often they come', async () => {
    const inOrder = await claimed('in-order');
    const expected = await play(inOrder, publishes(inOrder));
    expect(expected).toMatchObject({
      object: { type: 'acme_Ordered', c8y_SupportedOperations: ['c8y_Command', 'c8y_Restart'] },
      lists: [expect.objectContaining({ length: 2 }), expect.objectContaining({ length: 1 }), expect.anything()],
    });

    const twice = await claimed('twice');
    expect(
      await play(
        twice,
        publishes(twice).flatMap((event) => [event, event]),
      ),
    ).toEqual(expected);

    const again = await claimed('again');
    expect(await play(again, [...publishes(again), ...publishes(again)])).toEqual(expected);

    const backwards = await claimed('backwards');
    expect(await play(backwards, publishes(backwards).toReversed())).toEqual(expected);

    const shuffled = await claimed('shuffled');
    const order = [3, 0, 5, 1, 4, 2];
    const events = publishes(shuffled);
    expect(
      await play(
        shuffled,
        order.flatMap((at) => events.slice(at, at + 1)),
      ),
    ).toEqual(expected);
  });

  it('at the same time make one device', async () => {
    const serial = await claimed('at-once');
    await Promise.all(publishes(serial).map((event) => invoke(cirrus, 'cirrus-ingest', event)));
    const found = await rest.list<ManagedObject>(
      '/inventory/managedObjects?type=acme_Ordered&pageSize=100',
      'managedObjects',
    );
    const { id } = await rest.device(serial);
    expect(found.filter((object) => object.id === id)).toHaveLength(1);
    expect(await rest.list(`/measurement/measurements?source=${id}`, 'measurements')).toHaveLength(2);
  });

  it('501 and 503 that overtake each other still end SUCCESSFUL', async () => {
    const serial = newSerial('overtaken');
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.subscribe('s/ds');
    await device.publish('s/us', '100');
    const { id } = await rest.device(serial);
    const operation = await rest.createOperation(id, { c8y_Restart: {} });
    await device.waitFor('s/ds');
    const now = Date.now() + 1000;
    const executing = uplink(serial, ['501,c8y_Restart'], { receivedAt: now, messageId: 'a-1' });
    const successful = uplink(serial, ['503,c8y_Restart'], { receivedAt: now + 1, messageId: 'a-2' });
    for (const event of [successful, executing, successful]) await invoke(cirrus, 'cirrus-ingest', event);
    expect((await rest.operation(operation.id)).status).toBe('SUCCESSFUL');
    await device.disconnect();
  });
});
