import { randomBytes } from 'node:crypto';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { connectAsync } from 'mqtt';
import type { CirrusStack } from '../../cdk/stack';
import { type RunningCirrus, startCirrus } from '../../local/cirrus';
import { OWN_CLOUD } from '../../local/options';
import { ThresholdAlarm } from './threshold-alarm';

const PARAMETER = '/threshold-alarm/t100';
const SERIAL = 'boiler-1';
const PATIENCE_MS = 20_000;
const INTERVAL_MS = 50;

interface Alarm {
  readonly type: string;
  readonly text: string;
  readonly severity: string;
  readonly status: string;
}

/** Runs Cirrus with the construct on this machine. A boiler gets too hot and cools down; `say` hears what happens. */
export async function demonstrate(say: (line: string) => void): Promise<void> {
  const cirrus = await startCirrus(OWN_CLOUD, {}, { extend: addTo });
  try {
    await connectFunction(cirrus);
    const boiler = await connectAsync(cirrus.endpoints.mqtt, {
      clientId: SERIAL,
      username: `${OWN_CLOUD.tenant}/${OWN_CLOUD.adminUser}`,
      password: OWN_CLOUD.adminPassword,
    });
    const read = async (celsius: number): Promise<void> => {
      say(`${SERIAL} publishes 211,${celsius}`);
      await boiler.publishAsync('s/us', `211,${celsius}`, { qos: 1 });
      // waits for each reading, so that it is clear which one raises or clears the alarm
      await cirrus.cloud.idle();
    };
    for (const celsius of [71, 82, 84]) await read(celsius);
    say(shown(await alarmsOf(cirrus)));
    await read(86);
    say(shown(await until(cirrus, ([alarm]) => alarm?.status === 'ACTIVE')));
    await read(79);
    say(shown(await until(cirrus, ([alarm]) => alarm?.status === 'CLEARED')));
    await boiler.endAsync();
  } finally {
    await cirrus.close();
  }
}

function addTo(stack: CirrusStack): void {
  new ThresholdAlarm(stack, 'ThresholdAlarm', {
    cirrus: stack.cirrus,
    tenant: OWN_CLOUD.tenant,
    fragment: 'c8y_TemperatureMeasurement',
    series: 'T',
    limit: 80,
    connectionParameter: PARAMETER,
  });
}

/** Does what an operator does once: creates a user for the function, and the parameter with its connection. */
async function connectFunction(cirrus: RunningCirrus): Promise<void> {
  const password = randomBytes(24).toString('base64url');
  await request(cirrus, 'POST', `/user/${OWN_CLOUD.tenant}/users`, {
    userName: 'threshold-alarm',
    password,
    groups: { references: [{ group: { name: 'admins' } }] },
  });
  const ssm = new SSMClient(cirrus.cloud.clientConfiguration);
  const Value = JSON.stringify({ url: cirrus.endpoints.http, user: `${OWN_CLOUD.tenant}/threshold-alarm`, password });
  await ssm.send(new PutParameterCommand({ Name: PARAMETER, Type: 'SecureString', Value }));
  ssm.destroy();
}

const shown = (alarms: readonly Alarm[]): string =>
  alarms.length === 0
    ? '  no alarm'
    : alarms.map(({ severity, status, type, text }) => `  ${severity} ${status} ${type}: ${text}`).join('\n');

async function alarmsOf(cirrus: RunningCirrus): Promise<readonly Alarm[]> {
  const { alarms } = await request<{ alarms: readonly Alarm[] }>(cirrus, 'GET', '/alarm/alarms');
  return alarms;
}

async function until(cirrus: RunningCirrus, holds: (alarms: readonly Alarm[]) => boolean): Promise<readonly Alarm[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const alarms = await alarmsOf(cirrus);
    if (holds(alarms)) return alarms;
    if (performance.now() > deadline) throw new Error(`the alarms are still: ${shown(alarms)}`);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}

async function request<T>({ endpoints }: RunningCirrus, method: string, path: string, body?: object): Promise<T> {
  const { tenant, adminUser, adminPassword } = OWN_CLOUD;
  const response = await fetch(`${endpoints.http}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${tenant}/${adminUser}:${adminPassword}`).toString('base64')}`,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
