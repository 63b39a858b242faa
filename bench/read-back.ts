import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { platformServices } from '../lib/platform/services';
import { Table } from '../lib/storage/table';
import type { RunningCirrus } from '../local/cirrus';
import { OWN_CLOUD } from '../local/options';
import { tableName } from './cloud';
import { FLOOR_TENANT, floorPartition } from './load/floor';
import type { Reading } from './readings';

/** Reads back what was stored. It uses the domain's services and not the functions. */
export class ReadBack {
  private readonly client: DynamoDBClient;
  private readonly telemetry: Table;
  private readonly services: ReturnType<typeof platformServices>;

  constructor(cirrus: RunningCirrus) {
    const { cloud, clock } = cirrus;
    this.client = new DynamoDBClient(cloud.clientConfiguration);
    this.telemetry = new Table(this.client, tableName(cirrus, 'TelemetryTable'));
    const registry = new Table(this.client, tableName(cirrus, 'RegistryTable'));
    this.services = platformServices({ registry, telemetry: this.telemetry, clock });
  }

  /** Throws unless the device has exactly these readings. */
  async expect(serial: string, readings: readonly Reading[]): Promise<void> {
    const { tenant } = OWN_CLOUD;
    const device = await this.services.identity.resolve(tenant, serial);
    if (device === undefined) throw new Error(`${serial} was never created`);
    const missing = new Map(readings.map(({ time, value }) => [new Date(time).toISOString(), value]));
    let stored = 0;
    for await (const { time, fragments } of this.services.measurements.list(tenant, { source: device.id })) {
      const value = missing.get(time);
      const expected = JSON.stringify({ c8y_Temperature: { T: { value, unit: 'C' } } });
      if (JSON.stringify(fragments) === expected) missing.delete(time);
      stored++;
    }
    if (missing.size > 0 || stored !== readings.length) {
      throw new Error(`${serial}: ${stored} stored of ${readings.length} sent, ${missing.size} of those not as sent`);
    }
  }

  /** The values of one series that a device has stored, in no order. None when there is no such device. */
  async values(serial: string, fragment: string, series: string): Promise<readonly number[]> {
    const { tenant } = OWN_CLOUD;
    const device = await this.services.identity.resolve(tenant, serial);
    if (device === undefined) return [];
    const values: number[] = [];
    for await (const { fragments } of this.services.measurements.list(tenant, { source: device.id })) {
      const stored = fragments as Readonly<Record<string, Readonly<Record<string, { readonly value: number }>>>>;
      const value = stored[fragment]?.[series]?.value;
      if (value !== undefined) values.push(value);
    }
    return values;
  }

  /** Throws unless the floor wrote one item per reading. */
  async expectFloor(serial: string, readings: readonly Reading[]): Promise<void> {
    const where = { text: 'pk = :pk', values: { ':pk': floorPartition(serial, readings[0]?.time ?? 0) } };
    let stored = 0;
    for await (const _ of this.telemetry.queryAll({ where })) stored++;
    if (stored !== readings.length) throw new Error(`${FLOOR_TENANT} ${serial}: ${stored} of ${readings.length} items`);
  }

  close(): void {
    this.client.destroy();
  }
}
