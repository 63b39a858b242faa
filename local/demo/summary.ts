import { type Costs, type Usage, unitsOf } from '@cirrus/local-aws';
import { number, table } from '../table';
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

/** What is stored, as read back over REST. */
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
      number(sent),
      number(stored.count),
      minute(stored.first),
      minute(stored.last),
      number(stored.min, 1),
      number(stored.max, 1),
      unit,
      isComplete({ sent, stored }) ? 'yes' : `NO: ${number(stored.exact)} of ${number(sent)}`,
    ]),
  );
}

/** What that takes in the table and took on the way. */
export function spaceTable(devices: readonly DeviceSummary[]): string {
  const titles = ['publishes', 'items', 'kB', 'bytes/reading', 'write units', 'readings/unit'];
  return table(
    [{ title: 'device', align: 'left' }, ...titles.map((title) => ({ title }))],
    devices.map(({ serial, publishes, stored, space }) => [
      serial,
      number(publishes),
      number(space.items),
      number(space.bytes / 1_000, 1),
      number(space.bytes / stored.count, 1),
      number(space.writeUnits),
      number(stored.count / space.writeUnits, 1),
    ]),
  );
}

/** What it would have cost on AWS, by service, and the same per million readings. */
export function costTable({ lines, dollars }: Costs, usage: Usage, readings: number): string {
  const kinds = new Map<string, { service: string; label: string; units: number; unit: string; dollars: number }>();
  for (const { service, label, unit, ...line } of lines) {
    const kind = kinds.get(service + label) ?? { service, label, units: 0, unit, dollars: 0 };
    kind.units += line.units;
    kind.dollars += line.dollars;
    kinds.set(service + label, kind);
  }
  const priced = (amount: number): string[] => [
    `$${number(amount, 6)}`,
    `$${number((amount / readings) * MILLION, 4)}`,
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
        number(kind.units, kind.unit === 'GB-s' ? 1 : 0),
        kind.unit,
        ...priced(kind.dollars),
      ]),
      ['sum', '', '', '', ...priced(dollars)],
    ],
  );
  const messages = unitsOf(usage, 'iotMessages');
  return `${text}\n${number(messages)} messages for ${number(readings)} readings: ${number(readings / messages, 1)} each.`;
}

/** Whether everything that was sent is stored, exactly once and as it was. */
export const isComplete = ({ sent, stored }: Pick<DeviceSummary, 'sent' | 'stored'>): boolean =>
  stored.count === sent && stored.exact === sent;
