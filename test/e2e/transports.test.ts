import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);
const ca = readFileSync(cirrus.caFile);

describe('the ways in', () => {
  it.each(['mqtt', 'mqtts', 'ws', 'wss'] as const)('%s carries rows up and operations down', async (transport) => {
    const serial = newSerial(transport);
    const device = await Device.connect(cirrus, { clientId: serial, url: cirrus.endpoints[transport], ca });
    await device.subscribe('s/ds');
    await device.publish('s/us', '114,c8y_Restart');
    const { id } = await rest.device(serial);
    const operation = await rest.createOperation(id, { c8y_Restart: {} });
    expect(await device.waitFor('s/ds')).toBe(`510,${serial}`);
    await device.publish('s/us', ['501,c8y_Restart', '503,c8y_Restart']);
    await rest.operationIn(operation.id, 'SUCCESSFUL');
    await device.disconnect();
  });

  it.each(['mqtts', 'wss'] as const)('%s is not trusted without the CA', async (transport) => {
    const unsafe = Device.connect(cirrus, { clientId: newSerial('no-ca'), url: cirrus.endpoints[transport] });
    await expect(unsafe).rejects.toThrow(/certificate/);
  });

  it('the certificate names localhost too', async () => {
    const url = cirrus.endpoints.mqtts.replace('127.0.0.1', 'localhost');
    const device = await Device.connect(cirrus, { clientId: newSerial('localhost'), url, ca });
    await device.disconnect();
  });

  it('https answers with the same certificate', async () => {
    const auth = `${cirrus.tenant}/${cirrus.user}:${cirrus.password}`;
    const status = await new Promise((resolve, reject) => {
      get(`${cirrus.endpoints.https}/tenant/currentTenant`, { ca, auth }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
  });
});
