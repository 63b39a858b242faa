import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { itemBytes } from '@cirrus/local-aws';
import { MonthCatalogue } from '../../lib/platform/readings/month-items';
import { readingsPartition } from '../../lib/storage/keys';
import { Table } from '../../lib/storage/table';
import type { RunningCirrus } from '../cirrus';
import type { RestClient } from './rest';
import type { Sample, Station } from './weather';

/** A device's samples as they are read back over REST. `first` and `last` in ms since the epoch. */
export interface Stored {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly min: number;
  readonly max: number;
  /** How many of the sent samples came back exactly, each once and in their order. */
  readonly exact: number;
}

/** Space of a device's readings in the telemetry table. */
export interface Space {
  readonly items: number;
  readonly bytes: number;
  /** Write units for writing each item once. */
  readonly writeUnits: number;
}

const WRITE_UNIT_BYTES = 1_024;

/** Reads a device's samples back and compares them with what was sent. */
export async function readBack(
  rest: RestClient,
  deviceId: string,
  station: Station,
  sent: readonly Sample[],
): Promise<Stored> {
  const [first, last] = [sent.at(0)?.time ?? 0, sent.at(-1)?.time ?? 0];
  const stored: Sample[] = [];
  for await (const sample of rest.samples(deviceId, station, first, last)) stored.push(sample);
  const values = stored.map(({ value }) => value);
  return {
    count: stored.length,
    first: stored.at(0)?.time ?? Number.NaN,
    last: stored.at(-1)?.time ?? Number.NaN,
    min: Math.min(...values),
    max: Math.max(...values),
    exact: sent.filter(({ time, value }, n) => stored[n]?.time === time && stored[n]?.value === value).length,
  };
}

/** Measures the items that hold a device's readings. */
export async function spaceOf({ cloud }: RunningCirrus, tenant: string, deviceId: string): Promise<Space> {
  const client = new DynamoDBClient(cloud.clientConfiguration);
  const telemetry = new Table(client, cloud.outputs.TelemetryTable ?? '');
  const sizes: number[] = [];
  for (const month of await MonthCatalogue.forTable(telemetry).list(tenant, deviceId)) {
    const where = { text: 'pk = :pk', values: { ':pk': readingsPartition(tenant, deviceId, month) } };
    for await (const item of telemetry.queryAll({ where })) sizes.push(itemBytes(inWireForm(item)));
  }
  client.destroy();
  return {
    items: sizes.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    writeUnits: sizes.reduce((sum, size) => sum + Math.ceil(size / WRITE_UNIT_BYTES), 0),
  };
}

/** The item in its wire form, with binary values in base64. */
function inWireForm(item: Readonly<Record<string, unknown>>): Parameters<typeof itemBytes>[0] {
  const entries = Object.entries(marshall(item)).map(([name, value]) => [
    name,
    value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
  ]);
  return Object.fromEntries(entries);
}
