import type { LocalOptions } from './options';

/** The URLs of everything that listens. */
export interface Endpoints {
  readonly mqtt: string;
  readonly mqtts: string;
  readonly ws: string;
  readonly wss: string;
  readonly http: string;
  readonly https: string;
}

/**
 * Lines to paste one after the other, with all values filled in: a first measurement, the device's downlinks, and what
 * is stored, over REST. All lines are the same device, and two connections with one client ID would end each other. So
 * each line that waits ends by itself.
 */
export function pasteLines(options: LocalOptions, endpoints: Endpoints, caFile: string): string {
  const mqtt = new URL(endpoints.mqtt);
  const mqtts = new URL(endpoints.mqtts);
  const login = `-u '${options.tenant}/${options.adminUser}' -P '${options.adminPassword}'`;
  const device = `-h ${mqtt.hostname} -p ${mqtt.port} ${login}`;
  const curl = `curl -s -u '${options.tenant}/${options.adminUser}:${options.adminPassword}'`;
  return [
    'A first device sends a temperature:',
    `  mosquitto_pub ${device} -i my-device -t s/us -q 1 -m 211,21.5`,
    'The same over TLS:',
    `  mosquitto_pub -h ${mqtts.hostname} -p ${mqtts.port} --cafile '${caFile}' ${login} -i my-device -t s/us -q 1 -m 211,22`,
    'It asks for its ID, and sends a row that does not exist; each line prints the answer:',
    `  mosquitto_rr -V 311 ${device} -i my-device -t s/us -q 1 -e s/ds -m 123`,
    `  mosquitto_rr -V 311 ${device} -i my-device -t s/us -q 1 -e s/e -m 999,x`,
    'It waits for one operation. The lines above have the same client ID: pasted meanwhile, they take its connection away.',
    `  mosquitto_sub ${device} -i my-device -t s/ds -q 1 -v -C 1`,
    'What is stored:',
    `  ${curl} '${endpoints.http}/inventory/managedObjects?fragmentType=c8y_IsDevice'`,
    `  ${curl} '${endpoints.http}/measurement/measurements?pageSize=10'`,
    '',
  ].join('\n');
}

/** The line that scripts wait for. It is printed once everything listens. */
export function readyLine(options: LocalOptions, endpoints: Endpoints, caFile: string): string {
  const facts = { ...endpoints, tenant: options.tenant, user: options.adminUser, ca: caFile };
  return `ready ${JSON.stringify(facts)}`;
}

/**
 * The last line of a process that was stopped: how many accepted messages were not handled, and where they are. They
 * wait for a function, for a retry, or in a queue.
 */
export function stoppedLine({ dataDir }: LocalOptions, unfinished: { events: number; messages: number }): string {
  const count = unfinished.events + unfinished.messages;
  const what = `stopped: ${count} accepted ${count === 1 ? 'message was' : 'messages were'} not handled`;
  if (count === 0) return what;
  const parts = `${unfinished.events} for functions, ${unfinished.messages} in queues`;
  const where = dataDir === undefined ? 'lost, because there is no --data' : `kept in ${dataDir}`;
  return `${what} (${parts}), ${where}`;
}
