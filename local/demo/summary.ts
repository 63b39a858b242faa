import { type Costs, type Usage, unitsOf } from '@cirrus/local-aws';
import { formatNumber, table } from '../table';
import type { Space, Stored } from './stored';

/** One device at the end of the demo. */
export interface DeviceSummary {
  readonly serial: string;
  readonly unit: string;
  readonly publishes: number;
  readonly sent: number;
  readonly stored: Stored;
  readonly space: Space;
}

const MILLION = 1_000_000;
const minute = (time: number): string =>
  Number.isNaN(time) ? '-' : new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/** A table of what was read back over REST. */
export function storedTable(devices: readonly DeviceSummary[]): string {
  return table(
    [
      { title: 'device', align: 'left' },
      { title: 'sent' },
      { title: 'stored' },
      { title: 'first (UTC)', align: 'left' },
      { title: 'last (UTC)', align: 'left' },
      { title: 'min' },
      { title: 'max' },
      { title: 'unit', align: 'left' },
      { title: 'as sent', align: 'left' },
    ],
    devices.map(({ serial, unit, sent, stored }) => [
      serial,
      formatNumber(sent),
      formatNumber(stored.count),
      minute(stored.first),
      minute(stored.last),
      formatNumber(stored.min, 1),
      formatNumber(stored.max, 1),
      unit,
      isComplete({ sent, stored }) ? 'yes' : `NO: ${formatNumber(stored.exact)} of ${formatNumber(sent)}`,
    ]),
  );
}

/** A table of the publishes and of the space that the readings take. */
export function spaceTable(devices: readonly DeviceSummary[]): string {
  const titles = ['publishes', 'items', 'kB', 'bytes/reading', 'write units', 'readings/unit'];
  return table(
    [{ title: 'device', align: 'left' }, ...titles.map((title) => ({ title }))],
    devices.map(({ serial, publishes, stored, space }) => [
      serial,
      formatNumber(publishes),
      formatNumber(space.items),
      formatNumber(space.bytes / 1_000, 1),
      formatNumber(space.bytes / stored.count, 1),
      formatNumber(space.writeUnits),
      formatNumber(stored.count / space.writeUnits, 1),
    ]),
  );
}

/** A table of what the demo would have cost on AWS, by service, and the same per million readings. */
export function costTable({ lines, dollars }: Costs, usage: Usage, readings: number): string {
  const kinds = new Map<string, { service: string; label: string; units: number; unit: string; dollars: number }>();
  for (const { service, label, unit, ...line } of lines) {
    const kind = kinds.get(service + label) ?? { service, label, units: 0, unit, dollars: 0 };
    kind.units += line.units;
    kind.dollars += line.dollars;
    kinds.set(service + label, kind);
  }
  const priced = (amount: number): string[] => [
    `$${formatNumber(amount, 6)}`,
    `$${formatNumber((amount / readings) * MILLION, 4)}`,
  ];
  const text = table(
    [
      { title: 'service', align: 'left' },
      { title: 'what', align: 'left' },
      { title: 'units' },
      { title: 'unit', align: 'left' },
      { title: 'this demo' },
      { title: 'per million readings' },
    ],
    [
      ...[...kinds.values()].map((kind) => [
        kind.service,
        kind.label,
        formatNumber(kind.units, kind.unit === 'GB-s' ? 1 : 0),
        kind.unit,
        ...priced(kind.dollars),
      ]),
      ['sum', '', '', '', ...priced(dollars)],
    ],
  );
  const messages = unitsOf(usage, 'iotMessages');
  return `${text}\n${formatNumber(messages)} messages for ${formatNumber(readings)} readings: ${formatNumber(readings / messages, 1)} each.`;
}

/** Whether everything is stored exactly once, and as it was sent. */
export const isComplete = ({ sent, stored }: Pick<DeviceSummary, 'sent' | 'stored'>): boolean =>
  stored.count === sent && stored.exact === sent;
