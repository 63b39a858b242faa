import { parseArgs, styleText } from 'node:util';
import { usageBetween } from '@cirrus/local-aws';
import { type RunningCirrus, startCirrus } from '../cirrus';
import { OWN_CLOUD } from '../options';
import { PublishLog } from '../publish-log';
import { Device } from './device';
import { ProgressBar } from './progress-bar';
import { RestClient, type RestOperation } from './rest';
import { readBack, spaceOf } from './stored';
import { costTable, type DeviceSummary, isComplete, spaceTable, storedTable } from './summary';
import { type Sample, samplesOf, stations } from './weather';

const USAGE = `npm run demo

Replays a year of weather from three devices into a Cirrus on this machine and shows what is stored. It takes no arguments.

Exit code: 0 everything is stored as it was sent, 1 something is not, 2 wrong call.`;

const OPERATION_LIMIT_MS = 10_000;

/** A device with the samples it is going to send. */
interface Replay {
  readonly device: Device;
  readonly samples: readonly Sample[];
}

const say = (line: string): void => console.log(line);
const heading = (text: string): void => say(`\n${process.stdout.isTTY ? styleText('bold', text) : text}`);
const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1)} s`;

/** Creates a user for each device, connects the devices, and says what each is going to send. */
async function connectAll(cirrus: RunningCirrus, rest: RestClient): Promise<Replay[]> {
  const now = cirrus.clock.now();
  return Promise.all(
    stations().map(async (station) => {
      const user = `device_${station.serial}`;
      const password = Buffer.from(cirrus.clock.randomBytes(24)).toString('base64url');
      await rest.createDeviceUser(user, password);
      const login = { url: cirrus.endpoints.mqtt, username: `${OWN_CLOUD.tenant}/${user}`, password };
      const device = await Device.connect(station, login);
      return { device, samples: samplesOf(station, now) };
    }),
  );
}

async function replayAll(cirrus: RunningCirrus, replays: readonly Replay[]): Promise<void> {
  const total = replays.reduce((sum, { samples }) => sum + samples.length, 0);
  const progress = new ProgressBar('readings sent', total, process.stdout);
  await Promise.all(replays.map(({ device, samples }) => device.replay(samples, (rows) => progress.add(rows))));
  await cirrus.cloud.idle();
}

/** Creates an operation over REST and follows it until the device has executed it. */
async function operate({ clock }: RunningCirrus, rest: RestClient, { device }: Replay): Promise<RestOperation> {
  const started = performance.now();
  let operation = await rest.createRestart(await rest.deviceId(device.station.serial));
  say(`  operation ${operation.id} for ${device.station.serial}: c8y_Restart`);
  for (let shown = ''; ; operation = await rest.operation(operation.id)) {
    const { status } = operation;
    if (status !== shown) say(`  ${seconds(started).padStart(6)}  ${status}`);
    shown = status;
    if (status === 'SUCCESSFUL' || status === 'FAILED') return operation;
    if (performance.now() - started > OPERATION_LIMIT_MS) return operation;
    await clock.sleep(20);
  }
}

async function summarize(cirrus: RunningCirrus, rest: RestClient, replay: Replay): Promise<DeviceSummary> {
  const { device, samples } = replay;
  const { station, publishes } = device;
  const deviceId = await rest.deviceId(station.serial);
  const stored = await readBack(rest, deviceId, station, samples);
  const space = await spaceOf(cirrus, OWN_CLOUD.tenant, deviceId);
  return { serial: station.serial, unit: station.unit, publishes, sent: samples.length, stored, space };
}

/** Runs the demo in a started cloud. False when something is not stored as it was sent. */
async function show(cirrus: RunningCirrus): Promise<boolean> {
  const { cloud, endpoints } = cirrus;
  const rest = new RestClient(endpoints.http, OWN_CLOUD.tenant, OWN_CLOUD.adminUser, OWN_CLOUD.adminPassword);
  const before = cloud.meter.snapshot();
  const replays = await connectAll(cirrus, rest);
  try {
    heading('A year of hourly weather in Seattle, an hour in a minute: three stations, 20 SmartREST rows a publish');
    const replayed = performance.now();
    await replayAll(cirrus, replays);
    say(`  all stored after ${seconds(replayed)}`);
    const usage = usageBetween(before, cloud.meter.snapshot());

    heading('An operation, created over REST and executed by one device');
    const [first] = replays;
    const operation = first && (await operate(cirrus, rest, first));

    const devices: DeviceSummary[] = [];
    for (const replay of replays) devices.push(await summarize(cirrus, rest, replay));
    const readings = devices.reduce((sum, { stored }) => sum + stored.count, 0);
    heading('What is stored, read back over REST');
    say(storedTable(devices));
    heading('What it takes');
    say(spaceTable(devices));
    heading('What connecting and sending would have cost on AWS (us-east-1, no free tier)');
    say(costTable(cloud.meter.costs(usage), usage, readings));

    const errors = replays.flatMap(({ device }) => device.errors);
    for (const error of errors) say(`refused: ${error}`);
    return devices.every(isComplete) && operation?.status === 'SUCCESSFUL' && errors.length === 0;
  } finally {
    await Promise.all(replays.map(({ device }) => device.close()));
  }
}

/** Why the arguments are wrong; undefined when there are none. */
function wrongCall(args: readonly string[]): string | undefined {
  try {
    parseArgs({ args: [...args], options: {}, strict: true });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const wrong = wrongCall(process.argv.slice(2));
if (wrong !== undefined) {
  console.error(`${wrong}\n\n${USAGE}`);
  process.exit(2);
}
const started = performance.now();
const faults = new PublishLog(true, (line) => console.error(line));
say('Starting the stack on this machine …');
const cirrus = await startCirrus(
  OWN_CLOUD,
  {
    onLog: (functionName, line) => faults.functionLine(functionName, line),
    onEvent: (event) => faults.brokerEvent(event),
  },
  { logLevel: 'INFO' },
);
say(`  ${cirrus.endpoints.mqtt}, ${cirrus.endpoints.http} after ${seconds(started)}`);
let complete = false;
try {
  complete = await show(cirrus);
} finally {
  await cirrus.close();
}
say(
  complete
    ? `\nEverything sent is stored as it was sent. ${seconds(started)}`
    : '\nWhat is stored is NOT what was sent.',
);
process.exitCode = complete ? 0 : 1;
