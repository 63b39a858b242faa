import { connect, type Socket } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCirrus } from '../../local/cirrus';
import { OWN_CLOUD } from '../../local/options';
import { startTestCirrus } from './support/cirrus';

/** Too many for the few instances of the authorizer to answer within the time that one call has. */
const DEVICES = Array.from({ length: 1_000 }, (_, n) => `many-${n}`);

let cirrus: RunningCirrus;
const sockets: Socket[] = [];

beforeAll(async () => {
  cirrus = await startTestCirrus({ logLevel: 'INFO' });
  await connack('first');
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await cirrus.close();
});

/** The code of the CONNACK. */
function connack(clientId: string): Promise<number> {
  const { hostname, port } = new URL(cirrus.endpoints.mqtt);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    const packets = parser();
    packets.on('packet', (packet) => packet.cmd === 'connack' && resolve(packet.returnCode ?? -1));
    socket.on('data', (data) => packets.parse(data)).on('error', reject);
    socket.on('close', () => reject(new Error(`${clientId} was closed without a CONNACK`)));
    const username = `${OWN_CLOUD.tenant}/${OWN_CLOUD.adminUser}`;
    const password = Buffer.from(OWN_CLOUD.adminPassword);
    socket.write(generate({ cmd: 'connect', clientId, username, password }));
  });
}

it('a thousand devices that connect at once are all let in', async () => {
  const codes = await Promise.all(DEVICES.map(connack));
  expect(codes.filter((code) => code !== 0)).toEqual([]);
}, 120_000);
