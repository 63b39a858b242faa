import { randomBytes } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { eventually } from '../support/eventually';
import { EXAMPLES, type Example, ownCopy, serialOf } from './examples';
import { expectResults, snapshotOf } from './expectations';
import { prepare } from './preconditions';
import { type Fields, Stage } from './stage';

const cirrus = inject('cirrus');
const run = randomBytes(3).toString('hex');

const uplinks = EXAMPLES.filter(({ topic }) => topic !== 's/ds');
const downlinks = EXAMPLES.filter(({ topic }) => topic === 's/ds');

async function onStage(example: Example, play: (stage: Stage, own: Example) => Promise<void>): Promise<void> {
  const stage = await Stage.open(cirrus, serialOf(example, run));
  const own = ownCopy(example, run);
  await prepare(stage, own);
  await play(stage, own);
  await stage.close();
}

/** The payload with the ids the operations have here. */
const payloadOf = ({ payload }: Example, { operations }: Stage): string =>
  payload.replace(/^(50[456]),(\d+)/, (_, row: string, id: string) => `${row},${operations.get(id) ?? id}`);

/** Only the row after it can tell that one has done nothing; its answer is left out of what is looked at. */
const isSilent = ({ expect: expected }: Example): boolean =>
  expected.some((entry) => 'nothing' in entry || 'realtimeOnly' in entry) &&
  !expected.some((entry) => 'error' in entry);

describe.concurrent('the worked examples of the static templates, from MQTT to REST and back', () => {
  it.each(uplinks)('$n: $payload on $topic', (example) =>
    onStage(example, async (stage, own) => {
      const before = await snapshotOf(stage);
      const payload = payloadOf(own, stage);
      await stage.device.publish(own.topic, isSilent(own) ? `${payload}\n600` : payload);
      if (isSilent(own)) await stage.device.waitFor('s/ds', (row) => row.startsWith('601,'));
      await expectResults(stage, await withObjectIds(own, stage), before);
    }),
  );

  it.each(downlinks)('$n: $payload', (example) =>
    onStage(example, async (stage, own) => {
      const [created] = own.expect;
      const { deviceId, status: _, ...fragments } = (created?.operation ?? {}) as Fields;
      const { id, status } = await stage.rest.createOperation(await stage.id(String(deviceId)), fragments);
      expect(status).toBe('PENDING');
      await eventually(() => expect(stage.count('s/ds', own.payload), String(stage.received('s/ds'))).toBe(1));
      expect(await stage.rest.operation(id)).toMatchObject({ status: 'PENDING', ...fragments });
      expect(stage.received('s/e')).toEqual([]);
    }),
  );

  /** 124 is answered with the id the addressed object has here. */
  async function withObjectIds(example: Example, stage: Stage): Promise<Example> {
    const id = await stage.rest.findDevice(example.topic.split('/')[2] ?? stage.serial);
    const expected = example.expect.map((entry) =>
      String(entry.line).startsWith('124,') ? { ...entry, line: `124,${id?.id}` } : entry,
    );
    return { ...example, expect: expected };
  }
});
