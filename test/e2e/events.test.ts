import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCirrus } from '../../local/cirrus';
import { OWN_CLOUD } from '../../local/options';
import { type ProvidedCirrus, provided, startTestCirrus } from './support/cirrus';
import { Device, newSerial } from './support/device';
import { logEvents, loggedEvents } from './support/event-log';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';
import { anotherTenant } from './support/tenant';

const WATCHED = OWN_CLOUD.tenant;
/** A rule is honoured within this time, and its end. */
const HEARD_WITHIN_MS = 5_000;

let running: RunningCirrus;
let watched: ProvidedCirrus;
let unwatched: ProvidedCirrus;

beforeAll(async () => {
  running = await startTestCirrus({ extend: (stack) => logEvents(stack, WATCHED) });
  watched = provided(running);
  unwatched = await anotherTenant(watched, 'unwatched');
});
afterAll(() => running?.close());

const eventsPut = (): number => running.cloud.meter.units('eventBridgeEvents');
const processed = (source: string) => loggedEvents(running.cloud).filter((event) => event.source === source);

/** A device that exists, and its id. */
async function newDevice(cirrus: ProvidedCirrus, name: string): Promise<{ device: Device; id: string; rest: Rest }> {
  const device = await Device.connect(cirrus, { clientId: newSerial(name) });
  const rest = new Rest(cirrus);
  await device.publish('s/us', `100,${name},test`);
  const { id } = await rest.device(device.clientId);
  return { device, id, rest };
}

const temperatures = (rest: Rest, id: string) =>
  rest.list(`/measurement/measurements?source=${id}&type=c8y_TemperatureMeasurement`, 'measurements');

describe('a tenant with a rule', () => {
  it('gets one event for a publish, with all its changes', async () => {
    const { device, id, rest } = await newDevice(watched, 'rows');
    const before = running.cloud.meter.snapshot();
    await device.publish('s/us', ['200,c8y_Steam,Temperature,150,C', '400,c8y_Door,open', '301,c8y_Hot,too hot']);
    const event = await eventually(() => {
      const [found] = processed(id).filter(({ changes }) => changes.length === 3);
      if (found === undefined) throw new Error('no event with three changes');
      return found;
    });
    expect(event).toMatchObject({
      version: 1,
      tenant: WATCHED,
      mode: 'PERSISTENT',
      changes: [
        {
          api: 'measurements',
          action: 'CREATE',
          object: {
            type: 'c8y_Steam',
            source: { id },
            c8y_Steam: { Temperature: { value: 150, unit: 'C' } },
          },
        },
        { api: 'events', action: 'CREATE', object: { type: 'c8y_Door', text: 'open', source: { id } } },
        { api: 'alarms', action: 'CREATE', object: { type: 'c8y_Hot', severity: 'CRITICAL', status: 'ACTIVE' } },
      ],
    });
    expect(eventsPut() - (before.get('eventBridgeEvents')?.get('cirrus') ?? 0)).toBe(1);
    expect(running.cloud.meter.costs().lines).toContainEqual(
      expect.objectContaining({ service: 'EventBridge', resource: 'cirrus', dollars: eventsPut() / 1_000_000 }),
    );
    const [alarm] = await rest.list<{ id: string }>(`/alarm/alarms?source=${id}`, 'alarms');
    expect(event.changes[2]?.object.id).toBe(alarm?.id);
    await device.disconnect();
  });

  it('gets one event per source', async () => {
    const { device, id, rest } = await newDevice(watched, 'family');
    const childSerial = newSerial('child');
    await device.publish('s/us', `101,${childSerial},child,test`);
    const { id: child } = await rest.device(childSerial);
    await device.publish(`s/us/${childSerial}`, '211,20');
    await device.publish('s/us', '211,21');
    await eventually(() => {
      for (const source of [id, child]) {
        const apis = processed(source).flatMap(({ changes }) => changes.map(({ api }) => api));
        expect(apis).toContain('measurements');
      }
    });
    await device.disconnect();
  });

  it.each([
    ['s', 'PERSISTENT'],
    ['t', 'TRANSIENT'],
    ['q', 'QUIESCENT'],
    ['c', 'CEP'],
  ])('gets it in the mode %s/', async (prefix, mode) => {
    const { device, id } = await newDevice(watched, `mode-${prefix}`);
    await device.publish(`${prefix}/us`, '211,30');
    await eventually(() => {
      const modes = processed(id)
        .filter(({ changes }) => changes.some(({ api }) => api === 'measurements'))
        .map((event) => event.mode);
      expect(modes).toEqual([mode]);
    });
    await device.disconnect();
  });
});

describe('a tenant without rules', () => {
  it('costs no event', async () => {
    const { device, id, rest } = await newDevice(unwatched, 'quiet');
    const before = eventsPut();
    await device.publish('s/us', '211,21');
    await rest.post('/event/events', { source: { id }, type: 't', text: 'x', time: '2026-01-01T00:00:00Z' });
    await eventually(async () => expect(await temperatures(rest, id)).toHaveLength(1));
    await running.cloud.idle();
    expect(eventsPut()).toBe(before);
    await device.disconnect();
  });

  it('is heard within five seconds of its first, and no longer than that after its last', async () => {
    const { device, id, rest } = await newDevice(unwatched, 'switch');
    const published = async (readings: number) => {
      const before = eventsPut();
      await device.publish('s/us', '211,22');
      await eventually(async () => expect(await temperatures(rest, id)).toHaveLength(readings));
      await running.cloud.idle();
      return eventsPut() - before;
    };
    expect(await published(1)).toBe(0);
    expect(await tenantTool('events', 'unwatched', 'on')).toContain('go to the event bus');
    running.clock.advance(HEARD_WITHIN_MS);
    expect(await published(2)).toBe(1);
    await tenantTool('events', 'unwatched', 'off');
    running.clock.advance(HEARD_WITHIN_MS);
    expect(await published(3)).toBe(0);
    await device.disconnect();
  });
});

/** `npm run tenant`, as an operator runs it against AWS. */
async function tenantTool(...args: readonly string[]): Promise<string> {
  const { endpoint, region, credentials } = running.cloud.clientConfiguration;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'tools/tenant.ts', ...args, '--table', String(running.cloud.outputs.RegistryTable)],
    {
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    },
  );
  return stdout;
}
