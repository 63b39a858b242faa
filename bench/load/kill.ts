import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { startCirrus } from '../../local/cirrus';
import { OWN_CLOUD } from '../../local/options';
import { BENCH_LOGIN } from '../cloud';
import { ReadBack } from '../read-back';
import { startMainProcess } from './main-process';

/** How hard the process is pressed before it is killed. */
export interface KillPlan {
  readonly connections: number;
  /** QoS 1 publishes per connection and second. From 100 on the broker drops them, as AWS does. */
  readonly perSecond: number;
  /** It is killed when so many are acknowledged, between two of them. */
  readonly acknowledged: number;
}

/** What became of the readings whose publish was acknowledged. */
export interface KillOutcome {
  readonly published: number;
  readonly acknowledged: number;
  /** Those of the acknowledged that are stored after the restart. */
  readonly kept: number;
  /** Readings stored more than once. */
  readonly twice: number;
}

const TYPE = 'killed';
const SECOND_MS = 1_000;
/** A device with more unacknowledged readings than this waits before it takes the next ones. */
const MOST_OUTSTANDING = 500;
/** Every reading is taken in another millisecond of this hour. */
const READINGS_FROM = Date.parse('2024-05-01T10:00:00Z');

const serialOf = (index: number): string => `killed-${index}`;
const rowOf = (index: number): string => `200,${TYPE},V,${index},,${new Date(READINGS_FROM + index).toISOString()}`;

/** One device: readings count from 1, and it remembers which were acknowledged. */
class Publisher {
  readonly acknowledged = new Set<number>();
  published = 0;

  constructor(
    private readonly client: MqttClient,
    private readonly onAcknowledged: () => void,
  ) {}

  publish(count: number): void {
    if (this.published - this.acknowledged.size > MOST_OUTSTANDING) return;
    for (let n = 0; n < count; n++) {
      const index = ++this.published;
      this.client.publish('s/us', rowOf(index), { qos: 1 }, (error) => {
        if (error) return;
        this.acknowledged.add(index);
        this.onAcknowledged();
      });
    }
  }
}

/**
 * Starts the stack with a data folder, publishes more than it can store, kills it in the middle, starts it again with
 * the same folder, waits until it is idle, and looks for what was acknowledged.
 */
export async function killUnderLoad(plan: KillPlan): Promise<KillOutcome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cirrus-kill-'));
  try {
    const publishers = await pressAndKill(dataDir, plan);
    const stored = await storedAfterRestart(dataDir, plan.connections);
    const outcome = { published: 0, acknowledged: 0, kept: 0, twice: 0 };
    for (const [index, { published, acknowledged }] of publishers.entries()) {
      const values = stored[index] ?? [];
      const distinct = new Set(values);
      outcome.published += published;
      outcome.acknowledged += acknowledged.size;
      outcome.kept += [...acknowledged].filter((reading) => distinct.has(reading)).length;
      outcome.twice += values.length - distinct.size;
    }
    return outcome;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Publishes until enough is acknowledged, and kills the process at that very moment. */
async function pressAndKill(dataDir: string, plan: KillPlan): Promise<readonly Publisher[]> {
  const main = await startMainProcess(dataDir);
  const clients = await Promise.all(
    Array.from({ length: plan.connections }, (_, index) =>
      connectAsync(main.mqtt, { clientId: serialOf(index), ...BENCH_LOGIN, reconnectPeriod: 0 }),
    ),
  );
  // the end of the process is an error of every connection
  for (const client of clients) client.on('error', () => undefined);
  let left = plan.acknowledged;
  let killed: Promise<void> | undefined;
  let publishers: readonly Publisher[] = [];
  const reached = new Promise<void>((resolve) => {
    const onAcknowledged = (): void => {
      left -= 1;
      if (left > 0 || killed) return;
      killed = main.kill();
      resolve(killed);
    };
    publishers = clients.map((client) => new Publisher(client, onAcknowledged));
  });
  const press = (): void => {
    for (const publisher of publishers) publisher.publish(plan.perSecond);
  };
  press();
  const timer = setInterval(press, SECOND_MS);
  await reached;
  clearInterval(timer);
  for (const client of clients) client.end(true);
  return publishers;
}

/** The readings of each device, once the restarted stack is idle. */
async function storedAfterRestart(dataDir: string, connections: number): Promise<readonly (readonly number[])[]> {
  const cirrus = await startCirrus({ ...OWN_CLOUD, dataDir }, {}, { logLevel: 'INFO' });
  const readBack = new ReadBack(cirrus);
  try {
    await cirrus.cloud.idle();
    return await Promise.all(
      Array.from({ length: connections }, (_, index) => readBack.values(serialOf(index), TYPE, 'V')),
    );
  } finally {
    readBack.close();
    await cirrus.close();
  }
}
