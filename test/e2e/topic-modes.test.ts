import { describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);

/** The modes and their prefixes (docs/reference/mqtt-implementation.md#processing-modes). */
const MODES = [
  { prefix: 's', mode: 'PERSISTENT', stored: true },
  { prefix: 't', mode: 'TRANSIENT', stored: false },
  { prefix: 'q', mode: 'QUIESCENT', stored: true },
  { prefix: 'c', mode: 'CEP', stored: false },
];

describe('the processing mode in the topic', () => {
  it.each(MODES)('$prefix/us is $mode: stored $stored', async ({ prefix, stored }) => {
    const serial = newSerial(`mode-${prefix}`);
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.publish(`${prefix}/us`, ['200,acme_M,M,1', '400,acme_E,event', '114,acme_Done']);
    // what changes the inventory persists in every mode, and this row is the last
    await eventually(async () =>
      expect(await rest.findDevice(serial)).toMatchObject({ c8y_SupportedOperations: ['acme_Done'] }),
    );
    const { id } = await rest.device(serial);
    await eventually(async () => {
      const expected = stored ? 1 : 0;
      expect(await rest.list(`/measurement/measurements?source=${id}`, 'measurements')).toHaveLength(expected);
      expect(await rest.list(`/event/events?source=${id}`, 'events')).toHaveLength(expected);
    });
    await device.disconnect();
  });

  it.each(MODES)('$prefix/us/<child> reaches the child', async ({ prefix }) => {
    const serial = newSerial(`child-${prefix}`);
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.publish(`${prefix}/us/${serial}-child`, '114,acme_Done');
    await eventually(async () =>
      expect(await rest.findDevice(`${serial}-child`)).toMatchObject({ c8y_SupportedOperations: ['acme_Done'] }),
    );
    await device.disconnect();
  });
});
