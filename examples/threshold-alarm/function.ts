import type { EventBridgeEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import { type ChangesEvent, changesEvent } from '../../lib/changes/event-bus/schema';
import { Alarms } from './alarms';
import { connectionFrom } from './connection';
import { type Reading, type Threshold, verdictOf, withReading } from './detector';
import { Memory } from './memory';

const settings = z
  .object({
    TABLE: z.string(),
    CONNECTION_PARAMETER: z.string(),
    FRAGMENT: z.string(),
    SERIES: z.string(),
    LIMIT: z.string(),
    READINGS: z.string(),
  })
  .parse(process.env);
const threshold: Threshold = { limit: Number(settings.LIMIT), readings: Number(settings.READINGS) };
const alarmType = `threshold_${settings.FRAGMENT}_${settings.SERIES}`;
const memory = new Memory(settings.TABLE);
let alarms: Promise<Alarms> | undefined;

const ATTEMPTS = 8;
const measurement = z.object({ id: z.string(), time: z.string() });
const watched = z.object({ [settings.FRAGMENT]: z.object({ [settings.SERIES]: z.object({ value: z.number() }) }) });

/** Takes an event of the bus. Its readings decide whether the alarm of their source is raised or cleared. */
export const handler = async ({ detail }: EventBridgeEvent<string, unknown>): Promise<void> => {
  const event = changesEvent.parse(detail);
  for (const reading of readingsOf(event)) await take(event.source, reading);
};

function readingsOf({ changes }: ChangesEvent): Reading[] {
  return changes
    .filter(({ api, action, reduced }) => api === 'measurements' && action === 'CREATE' && reduced !== true)
    .flatMap(({ object }) => {
      const { id, time } = measurement.parse(object);
      const found = z.safeParse(watched, object);
      const value = found.success ? found.data[settings.FRAGMENT]?.[settings.SERIES]?.value : undefined;
      return value === undefined ? [] : [{ id, time, value }];
    });
}

/** Changes the alarm first, and then the memory. When the second step fails, both can be done again without harm. */
async function take(source: string, reading: Reading): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await memory.of(source);
    const readings = withReading(before.readings, reading, threshold);
    const alarm = await alarmAfter(source, readings, before.alarm);
    if (await memory.replace(source, before, { readings, ...(alarm !== undefined && { alarm }) })) return;
  }
  throw new Error(`${ATTEMPTS} others were faster with the readings of ${source}`);
}

async function alarmAfter(source: string, readings: readonly Reading[], open: string | undefined) {
  const verdict = verdictOf(readings, threshold);
  if (verdict === 'exceeded' && open === undefined) return raise(source, readings);
  if (verdict !== 'fine' || open === undefined) return open;
  await (await connect()).clear(open);
  return undefined;
}

async function raise(source: string, readings: readonly Reading[]): Promise<string> {
  const { limit } = threshold;
  const text = `${settings.SERIES} above ${limit}: ${readings.map(({ value }) => value).join(', ')}`;
  return (await connect()).raise(source, { type: alarmType, text, time: readings.at(-1)?.time ?? '' });
}

/** Reads the connection once per instance. After a failure it is read again. */
function connect(): Promise<Alarms> {
  alarms ??= connectionFrom(settings.CONNECTION_PARAMETER)
    .then((connection) => new Alarms(connection))
    .catch((error: unknown) => {
      alarms = undefined;
      throw error;
    });
  return alarms;
}
