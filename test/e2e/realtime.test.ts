import { describe, expect, inject, it, vi } from 'vitest';
import { c8yClient, subscribe, type Transport } from './support/bayeux';
import { Device, newSerial } from './support/device';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);

/** Tries again and again, as a device that reports every half second, until the condition holds. */
const until = (condition: () => boolean, attempt: () => Promise<void>): Promise<void> =>
  vi.waitFor(
    async () => {
      if (condition()) return;
      await attempt();
      throw new Error('not yet');
    },
    { timeout: 8_000, interval: 500 },
  );

describe.each<Transport>(['long-polling', 'websocket'])('@c8y/client by %s', (transport) => {
  it('hears of measurements, alarms and operations while a device publishes', async () => {
    const device = await Device.connect(cirrus, { clientId: newSerial('heard') });
    await device.subscribe('s/ds');
    await device.publish('s/us', '211,20');
    const { id } = await rest.device(device.clientId);
    const client = c8yClient(cirrus, transport);
    const measurements = await subscribe(client, `/measurements/${id}`);
    const alarms = await subscribe(client, '/alarms/*');
    const operations = await subscribe(client, `/operations/${id}`);
    // each function instance knows within five seconds that somebody listens: what one has not told, the next one will
    await until(
      () => measurements.heard.length > 0,
      () => device.publish('s/us', '211,21.5'),
    );
    const [measured] = measurements.heard;
    expect(measured).toMatchObject({
      channel: `/measurements/${id}`,
      data: {
        realtimeAction: 'CREATE',
        data: {
          type: 'c8y_TemperatureMeasurement',
          source: { id, self: `${cirrus.endpoints.http}/inventory/managedObjects/${id}` },
          c8y_TemperatureMeasurement: { T: { value: 21.5, unit: 'C' } },
        },
      },
    });
    let hot = 0;
    await until(
      () => alarms.heard.some(({ channel }) => channel === `/alarms/${id}`),
      () => device.publish('s/us', `301,c8y_Hot${++hot},too hot`),
    );
    const alarm = await alarms.waitFor(({ channel }) => channel === `/alarms/${id}`);
    expect(alarm.data).toMatchObject({
      realtimeAction: 'CREATE',
      data: { type: expect.stringMatching(/^c8y_Hot/), severity: 'CRITICAL', status: 'ACTIVE' },
    });
    await until(
      () => operations.heard.some(({ data }) => data.realtimeAction === 'CREATE'),
      async () => void (await rest.createOperation(id, { c8y_Restart: {} })),
    );
    const created = await operations.waitFor(({ data }) => data.realtimeAction === 'CREATE');
    expect(created.data.data).toMatchObject({ deviceId: id, status: 'PENDING', c8y_Restart: {} });
    await device.waitFor('s/ds', (row) => row.startsWith('510'));
    await until(
      () => operations.heard.some(({ data }) => data.data.status === 'SUCCESSFUL'),
      async () => {
        await rest.createOperation(id, { c8y_Restart: {} });
        await device.publish('s/us', ['501,c8y_Restart', '503,c8y_Restart']);
      },
    );
    client.realtime.disconnect();
    await device.disconnect();
  });
});
