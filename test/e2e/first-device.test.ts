import { describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);

describe('a new device', () => {
  it('is created by its first measurement', async () => {
    const serial = newSerial('first');
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.publish('s/us', '211,21.5');
    const { id } = await rest.device(serial);
    await eventually(async () => {
      const measurements = await rest.list(`/measurement/measurements?source=${id}`, 'measurements');
      expect(measurements).toMatchObject([{ type: 'c8y_TemperatureMeasurement' }]);
    });
    await device.disconnect();
  });
});
