import type { Example } from './examples';
import type { Fields, Stage } from './stage';

type Precondition = (stage: Stage) => Promise<void>;

const rows =
  (...given: readonly string[]): Precondition =>
  (stage) =>
    stage.say(...given);
const object =
  (members: Fields): Precondition =>
  (stage) =>
    stage.updateObject(members);

const SOFTWARE = '140,nginx,1.25,apt,https://sw.acme.test/nginx,redis,7.2,docker,';

/** The software list examples 50 and 51 go on with. */
const softwareList = rows(SOFTWARE);

/** What examples 90 to 104 start from. */
const operations: Precondition = async (stage) => {
  await stage.operation('71', { c8y_Restart: {} });
  await stage.operation('72', { c8y_Command: { text: 'uptime' } });
  await stage.operation('73', { c8y_Restart: {} });
  await stage.operation('74', { c8y_Restart: {} }, 'EXECUTING');
  await stage.operation('75', { c8y_Command: { text: 'uptime' } }, 'EXECUTING');
};
const operation =
  (number: string, fragments: Fields): Precondition =>
  (stage) =>
    stage.operation(number, fragments, 'EXECUTING');

/** A profile that is being applied, as examples 44 and 45 have it. */
const profile = operation('profile', { c8y_DeviceProfile: {}, profileName: 'Base', profileId: '5501' });

/** An open alarm with a fragment, which only REST can give it. */
const detailedAlarm: Precondition = async (stage) => {
  const source = { id: await stage.id() };
  await stage.rest.post('/alarm/alarms', {
    ...{ source, type: 'acme_LowFlow', text: 'Low', severity: 'MAJOR', time: new Date().toISOString() },
    acme_Detail: { flow: 0.4 },
  });
};

const tracedEvent: Precondition = async (stage) => {
  const source = { id: await stage.id() };
  await stage.rest.post('/event/events', {
    ...{ source, type: 'acme_Boot', text: 'Boot ok', time: new Date().toISOString() },
    acme_Trace: { at: 'boot' },
  });
};

/** What the notes of single examples ask for, beside the relatives their texts name. */
const OWN: Readonly<Record<number, Precondition>> = {
  19: (stage) => stage.say(`101,${stage.serial}-P2`),
  22: object({ c8y_Position: { lat: 1, lng: 2 }, acme_Note: 'to be removed' }),
  33: rows('114,c8y_Restart,c8y_Command'),
  38: rows('117,30'),
  44: profile,
  45: profile,
  48: rows('117,15'),
  50: softwareList,
  51: (stage) => stage.say(SOFTWARE, '141,curl,8.5,apt,https://sw.acme.test/curl'),
  53: rows('143,apt'),
  75: rows('302,acme_LowFlow'),
  76: rows('302,acme_LowFlow', '302,acme_LowFlow,Still low'),
  77: rows('302,acme_LowFlow'),
  78: detailedAlarm,
  79: rows('302,acme_LowFlow'),
  80: rows('302,acme_LowFlow', '306,acme_LowFlow'),
  81: rows('117,0'),
  87: tracedEvent,
  89: rows('408,,,,acme_Valve.open,BOOLEAN,true'),
  101: operation('81', { c8y_RelayArray: ['CLOSED', 'OPEN'] }),
  102: operation('82', { c8y_CommunicationMode: { mode: 'SMS' } }),
  103: operation('83', { c8y_LogfileRequest: { logFile: 'syslog' } }),
  104: operation('84', {
    c8y_DownloadConfigFile: { url: 'https://acme.test/inventory/binaries/9100', c8y_ConfigurationDump: { id: '9200' } },
  }),
};

/** What an example creates cannot be there before. */
const DEVICE_UNKNOWN = new Set([1, 2, 3, 4, 5, 7]);
const CHILD_UNKNOWN = new Set([8, 9]);
const SERVICE_UNKNOWN = new Set([15]);
const isAboutOperations = (n: number): boolean => n >= 90 && n <= 104;

/** Brings the platform to where an example begins: its device, the relatives it mentions, and what its note says. */
export async function prepare(stage: Stage, { n, topic, payload, expect }: Example): Promise<void> {
  if (DEVICE_UNKNOWN.has(n)) return;
  const text = JSON.stringify([topic, payload, expect]);
  await stage.say('100');
  if (text.includes(stage.child) && !CHILD_UNKNOWN.has(n)) await stage.say(`101,${stage.child}`);
  if (text.includes(stage.service) && !SERVICE_UNKNOWN.has(n)) {
    await stage.say(`102,${stage.service},systemd,mosquitto,up`);
  }
  if (isAboutOperations(n)) await operations(stage);
  await OWN[n]?.(stage);
  stage.forget();
}
