import type { RunningCirrus } from '../local/cirrus';
import { formatNumber, table } from '../local/table';
import { BENCH_LOGIN, startBenchCloud, tableName } from './cloud';
import { prepareLoad } from './load/generator';
import type { Job } from './load/protocol';
import { ReadBack } from './read-back';
import { payloadsOf, type Reading, readingsOf } from './readings';
import { type Bench, median } from './report';

/** One way of getting readings into the database. */
interface Way {
  readonly name: string;
  /** Absent for the floor, which writes to the database itself. */
  readonly rowsPerPublish?: number;
  readonly readingsPerDevice: number;
}

interface Rates {
  /** Readings per second until the last acknowledgement. */
  readonly acknowledged: number;
  /** Readings per second until the last one was in the table. */
  readonly stored: number;
}

const DEVICES = 16;
const IN_FLIGHT = 8;
/** Function instances, and calls of the floor at the same time: the same number for both. */
const CONCURRENCY = 4;
const ROUNDS = 3;
const WAYS: readonly Way[] = [
  { name: 'floor: BatchWriteItem, one item per reading', readingsPerDevice: 1_000 },
  { name: 'MQTT, 1 reading per publish', rowsPerPublish: 1, readingsPerDevice: 100 },
  { name: 'MQTT, 20 readings per publish', rowsPerPublish: 20, readingsPerDevice: 2_000 },
];

/** The devices of one run. No device is used twice, so that the read-back finds the readings of this run only. */
const devicesOf = (run: string, count: number, now: number): { serial: string; readings: Reading[] }[] =>
  Array.from({ length: DEVICES }, (_, n) => `${run}-${n}`).map((serial) => ({
    serial,
    readings: readingsOf(serial, count, now),
  }));

type Devices = ReturnType<typeof devicesOf>;

function jobOf(cirrus: RunningCirrus, { rowsPerPublish }: Way, devices: Devices): Job {
  if (rowsPerPublish === undefined) {
    return {
      kind: 'floor',
      ...cirrus.cloud.clientConfiguration,
      table: tableName(cirrus, 'TelemetryTable'),
      readings: devices.flatMap(({ readings }) => readings),
      concurrency: CONCURRENCY,
    };
  }
  const publishers = devices.map(({ serial, readings }) => ({
    clientId: serial,
    payloads: payloadsOf(readings, rowsPerPublish),
  }));
  return { kind: 'publish', url: cirrus.endpoints.mqtt, ...BENCH_LOGIN, devices: publishers, inFlight: IN_FLIGHT };
}

/** Times one run, and then reads its readings back. */
async function measure(cirrus: RunningCirrus, readBack: ReadBack, way: Way, devices: Devices): Promise<Rates> {
  const load = await prepareLoad(jobOf(cirrus, way, devices));
  await cirrus.cloud.idle();
  const started = performance.now();
  const acknowledged = await load.start();
  await cirrus.cloud.idle();
  const stored = (performance.now() - started) / 1_000;
  await load.ended;
  for (const { serial, readings } of devices) {
    if (way.rowsPerPublish === undefined) await readBack.expectFloor(serial, readings);
    else await readBack.expect(serial, readings);
  }
  const count = devices.reduce((sum, { readings }) => sum + readings.length, 0);
  return { acknowledged: count / acknowledged, stored: count / stored };
}

async function measureAll(progress: (line: string) => void): Promise<ReadonlyMap<Way, Rates>> {
  const cirrus = await startBenchCloud({ concurrency: CONCURRENCY });
  const readBack = new ReadBack(cirrus);
  const rounds = new Map(WAYS.map((way) => [way, [] as Rates[]]));
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [index, way] of WAYS.entries()) {
        // the first round warms up
        const count = round === 0 ? Math.min(way.readingsPerDevice, 200) : way.readingsPerDevice;
        const rates = await measure(cirrus, readBack, way, devicesOf(`r${round}w${index}`, count, cirrus.clock.now()));
        progress(`round ${round}: ${way.name}: ${formatNumber(rates.stored)} readings/s`);
        if (round > 0) rounds.get(way)?.push(rates);
      }
    }
  } finally {
    readBack.close();
    await cirrus.close();
  }
  const middle = (rates: readonly Rates[]): Rates => ({
    acknowledged: median(rates.map(({ acknowledged }) => acknowledged)),
    stored: median(rates.map(({ stored }) => stored)),
  });
  return new Map([...rounds].map(([way, rates]) => [way, middle(rates)]));
}

/** Readings over MQTT, compared with the same readings written straight to the same database, one item each. */
export const ingestBench: Bench = {
  name: 'ingest',
  title: `MQTT to database: ${DEVICES} devices, ${CONCURRENCY} function instances, in-memory tables, median of ${ROUNDS} rounds`,
  run: async (progress) => {
    const rates = [...(await measureAll(progress))];
    const floor = rates[0]?.[1].stored ?? Number.NaN;
    const text = table(
      [{ title: 'way', align: 'left' }, { title: 'acknowledged/s' }, { title: 'stored/s' }, { title: 'to floor' }],
      rates.map(([{ name }, { acknowledged, stored }]) => [
        name,
        formatNumber(acknowledged),
        formatNumber(stored),
        `${formatNumber(stored / floor, 2)}x`,
      ]),
    );
    const packed = rates.find(([{ rowsPerPublish }]) => rowsPerPublish === 20)?.[1].stored ?? Number.NaN;
    return {
      text: `${text}\nAll readings were read back and compared.`,
      checks: [
        {
          what: '20 readings per publish, stored/s to floor items/s',
          value: packed / floor,
          unit: 'x',
          target: { is: 'above', value: 1 },
        },
      ],
      figures: rates.map(([{ name }, rate]) => ({ way: name, ...rate })),
    };
  },
};
