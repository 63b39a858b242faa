import { describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);

/** A device that exists and listens for operations and errors. */
async function listening(name: string): Promise<{ device: Device; id: string }> {
  const serial = newSerial(name);
  const device = await Device.connect(cirrus, { clientId: serial });
  await device.subscribe('s/ds', 's/e');
  await device.publish('s/us', `100,${name}`);
  return { device, id: (await rest.device(serial)).id };
}

const commandRow = (serial: string, text: string): string => `511,${serial},${text}`;
const command = (text: string) => ({ c8y_Command: { text } });

describe('an operation', () => {
  it('reaches exactly its device and is done there', async () => {
    const [{ device, id }, { device: other }] = [await listening('operated'), await listening('bystander')];
    const operation = await rest.createOperation(id, { description: 'Restart', c8y_Restart: {} });
    expect(operation).toMatchObject({ status: 'PENDING', deviceId: id, c8y_Restart: {} });
    expect(await device.waitFor('s/ds')).toBe(`510,${device.clientId}`);
    await device.publish('s/us', '501,c8y_Restart');
    await rest.operationIn(operation.id, 'EXECUTING');
    await device.publish('s/us', '503,c8y_Restart');
    expect(await rest.operationIn(operation.id, 'SUCCESSFUL')).toMatchObject({
      delivery: { status: 'DELIVERED', log: [{ clientId: device.clientId, status: 'ACKNOWLEDGED' }] },
    });
    expect(device.rows('s/ds')).toEqual([`510,${device.clientId}`]);
    expect(other.messages).toEqual([]);
    expect(device.rows('s/e')).toEqual([]);
    await Promise.all([device.disconnect(), other.disconnect()]);
  });

  it('that fails says why', async () => {
    const { device, id } = await listening('failing');
    const operation = await rest.createOperation(id, command('reboot --now, please'));
    expect(await device.waitFor('s/ds')).toBe(`511,${device.clientId},"reboot --now, please"`);
    await device.publish('s/us', ['501,c8y_Command', '502,c8y_Command,"not allowed, sorry"']);
    expect(await rest.operationIn(operation.id, 'FAILED')).toMatchObject({ failureReason: 'not allowed, sorry' });
    await device.disconnect();
  });

  it('that answers keeps the result', async () => {
    const { device, id } = await listening('answering');
    const operation = await rest.createOperation(id, command('uptime'));
    await device.waitFor('s/ds');
    await device.publish('s/us', ['501,c8y_Command', '503,c8y_Command,"up 3 days, 4 h"']);
    expect(await rest.operationIn(operation.id, 'SUCCESSFUL')).toMatchObject({
      c8y_Command: { text: 'uptime', result: 'up 3 days, 4 h' },
    });
    await device.disconnect();
  });

  it('for a child arrives at the gateway, with the name of the child', async () => {
    const { device: gateway } = await listening('gateway');
    const child = `${gateway.clientId}:relay`;
    await gateway.publish(`s/us/${child}`, '114,c8y_Restart');
    const { id } = await rest.device(child);
    const operation = await rest.createOperation(id, { c8y_Restart: {} });
    expect(await gateway.waitFor('s/ds')).toBe(`510,${child}`);
    await gateway.publish(`s/us/${child}`, ['501,c8y_Restart', '503,c8y_Restart']);
    await rest.operationIn(operation.id, 'SUCCESSFUL');
    await gateway.disconnect();
  });

  it('of ten, each arrives once and in order', async () => {
    const { device, id } = await listening('ordered');
    const texts = Array.from({ length: 10 }, (_, at) => `step ${at}`);
    for (const text of texts) await rest.createOperation(id, command(text));
    await device.waitFor('s/ds', (row) => row === commandRow(device.clientId, 'step 9'));
    expect(device.rows('s/ds')).toEqual(texts.map((text) => commandRow(device.clientId, text)));
    await device.disconnect();
  });

  it('501 means the oldest that is PENDING, 503 the oldest that is EXECUTING', async () => {
    const { device, id } = await listening('oldest');
    const [first, second] = [
      await rest.createOperation(id, command('a')),
      await rest.createOperation(id, command('b')),
    ];
    await device.waitFor('s/ds', (row) => row === commandRow(device.clientId, 'b'));
    await device.publish('s/us', '501,c8y_Command');
    await rest.operationIn(first.id, 'EXECUTING');
    expect((await rest.operation(second.id)).status).toBe('PENDING');
    await device.publish('s/us', ['503,c8y_Command', '501,c8y_Command']);
    await rest.operationIn(first.id, 'SUCCESSFUL');
    await rest.operationIn(second.id, 'EXECUTING');
    await device.disconnect();
  });

  it('501 without any is refused', async () => {
    const { device } = await listening('idle');
    await device.publish('s/us', '501,c8y_Restart');
    expect(await device.waitFor('s/e')).toMatch(/^4\d,501,.*c8y_Restart/);
    await device.disconnect();
  });
});

describe('a device that is not there', () => {
  it('finds its operations when it subscribes, in order', async () => {
    const { device, id } = await listening('returning');
    await device.disconnect();
    const operations = [await rest.createOperation(id, command('a')), await rest.createOperation(id, command('b'))];
    const again = await Device.connect(cirrus, { clientId: device.clientId });
    for (const operation of operations) expect((await rest.operation(operation.id)).status).toBe('PENDING');
    await again.subscribe('s/ds');
    await again.waitFor('s/ds', (row) => row === commandRow(device.clientId, 'b'));
    expect(again.rows('s/ds')).toEqual(['a', 'b'].map((text) => commandRow(device.clientId, text)));
    await again.disconnect();
  });

  it('asks with 500 and gets all that is PENDING, delivered or not', async () => {
    const { device, id } = await listening('asking');
    const done = await rest.createOperation(id, command('done'));
    await rest.createOperation(id, command('open'));
    await rest.createOperation(id, { c8y_Restart: {} });
    const rows = [commandRow(device.clientId, 'open'), `510,${device.clientId}`];
    await device.waitFor('s/ds', (row) => row === rows[1]);
    await device.publish('s/us', ['501,c8y_Command', '503,c8y_Command']);
    await rest.operationIn(done.id, 'SUCCESSFUL');
    const before = device.rows('s/ds').length;
    await device.publish('s/us', '500');
    await eventually(() => expect(device.rows('s/ds').slice(before)).toEqual(rows));
    await device.disconnect();
  });

  it('a connection that takes over gets what comes next', async () => {
    const { device: old, id } = await listening('taken-over');
    const device = await Device.connect(cirrus, { clientId: old.clientId });
    await old.closed();
    await device.subscribe('s/ds');
    await rest.createOperation(id, { c8y_Restart: {} });
    expect(await device.waitFor('s/ds')).toBe(`510,${device.clientId}`);
    expect(old.rows('s/ds')).toEqual([]);
    await device.disconnect();
  });
});

describe('a device that does not acknowledge', () => {
  it('leaves the delivery unknown and gets the operation again when it subscribes next', async () => {
    const serial = newSerial('mute');
    const device = await Device.connect(cirrus, { clientId: serial });
    await device.subscribe('s/ds');
    await device.publish('s/us', '100,Mute');
    const { id } = await rest.device(serial);
    const heard = device.fallSilent();
    const operation = await rest.createOperation(id, { c8y_Restart: {} });
    expect(await heard).toBe(`510,${serial}`);
    await eventually(async () =>
      expect(await rest.operation(operation.id)).toMatchObject({
        status: 'PENDING',
        delivery: { status: 'PENDING', log: [{ clientId: serial, status: 'UNKNOWN' }] },
      }),
    );
    device.drop();
    const again = await Device.connect(cirrus, { clientId: serial });
    await again.subscribe('s/ds');
    expect(await again.waitFor('s/ds')).toBe(`510,${serial}`);
    await eventually(async () =>
      expect(await rest.operation(operation.id)).toMatchObject({
        delivery: { status: 'DELIVERED', log: [{ status: 'UNKNOWN' }, { status: 'ACKNOWLEDGED' }] },
      }),
    );
    await again.disconnect();
  });
});
