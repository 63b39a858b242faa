import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Device, newSerial } from './support/device';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';

const cirrus = inject('cirrus');
const rest = new Rest(cirrus);

/** A gateway with a child, a grandchild and a service, made with SmartREST rows only. */
const root = newSerial('gateway');
const [child, grandchild, service] = [`${root}-c`, `${root}-c-g`, `${root}-svc`];
let gateway: Device;

beforeAll(async () => {
  gateway = await Device.connect(cirrus, { clientId: root });
  await gateway.subscribe('s/ds', 's/e');
  await gateway.publish('s/us', ['100,Gateway', `101,${child},Pump,acme_Pump`]);
  await gateway.publish(`s/us/${child}`, `101,${grandchild},Valve,acme_Valve`);
  await gateway.publish('s/us', `102,${service},systemd,mosquitto,up`);
  for (const serial of [child, grandchild, service]) await rest.device(serial);
});
afterAll(() => gateway.disconnect());

const childrenOf = async (serial: string, kind: string): Promise<readonly string[]> => {
  const { id } = await rest.device(serial);
  const references = await rest.list<{ managedObject: { id: string } }>(
    `/inventory/managedObjects/${id}/${kind}`,
    'references',
  );
  return references.map(({ managedObject }) => managedObject.id);
};

describe('a hierarchy', () => {
  it('is as deep as its 101 rows make it', async () => {
    const [{ id: childId }, { id: grandchildId }] = [await rest.device(child), await rest.device(grandchild)];
    await eventually(async () => {
      expect(await childrenOf(root, 'childDevices')).toEqual([childId]);
      expect(await childrenOf(child, 'childDevices')).toEqual([grandchildId]);
    });
  });

  it('carries operations of a grandchild over the connection of its root, which answers on its topic', async () => {
    const { id } = await rest.device(grandchild);
    const operation = await rest.createOperation(id, { c8y_Restart: {} });
    expect(operation).toMatchObject({ deviceId: id, agentId: (await rest.device(root)).id });
    await gateway.waitFor('s/ds', (rows) => rows.includes(`510,${grandchild}`));
    await gateway.publish(`s/us/${grandchild}`, '501,c8y_Restart');
    await rest.operationIn(operation.id, 'EXECUTING');
    await gateway.publish(`s/us/${grandchild}`, '503,c8y_Restart');
    await rest.operationIn(operation.id, 'SUCCESSFUL');
  });

  it("does not take a grandchild's operation for the child's", async () => {
    const operation = await rest.createOperation((await rest.device(grandchild)).id, { c8y_Command: { text: 'ls' } });
    await gateway.waitFor('s/ds', (rows) => rows.includes(`511,${grandchild},ls`));
    await gateway.publish(`s/us/${child}`, '501,c8y_Command');
    await gateway.waitFor('s/e', (rows) => rows.includes('501'));
    expect(await rest.operation(operation.id)).toMatchObject({ status: 'PENDING' });
  });

  it('keeps a service as child addition, whether 102 names it on the topic of its device or on its own', async () => {
    const own = `${root}-own`;
    await gateway.publish(`s/us/${own}`, `102,${own},docker,controller,down`);
    const { id } = await rest.device(own);
    await eventually(async () =>
      expect([...(await childrenOf(root, 'childAdditions'))].sort()).toEqual(
        [id, (await rest.device(service)).id].sort(),
      ),
    );
    await gateway.publish(`s/us/${own}`, '104,up');
    await eventually(async () => expect(await rest.device(own)).toMatchObject({ type: 'c8y_Service', status: 'up' }));
  });
});
