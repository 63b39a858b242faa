import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCirrus } from '../../local/cirrus';
import { OWN_CLOUD } from '../../local/options';
import { provided, startTestCirrus } from './support/cirrus';
import { newSerial } from './support/device';
import { DOORS, KINDS, type Kind, MODES, newSenders, type Sender } from './support/doors';
import { logEvents } from './support/event-log';
import { eventually } from './support/eventually';
import { Rest } from './support/rest';
import { isNotified, isProcessed, isStored, type Said, type Subscriptions, subscribeToAll } from './support/sinks';

/** A row of the table in the documentation: what each mode means for one kind of thing through one door. */
interface Row {
  readonly door: string;
  readonly kind: string;
  /** By letter of the mode. */
  readonly cells: Readonly<Record<string, readonly string[]>>;
}

function readTable(page: string): readonly Row[] {
  const [header = [], , ...rows] = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const letters = header.slice(2).map((title) => /^`(\w)` (\w+)$/.exec(title)?.slice(1) ?? []);
  expect(Object.fromEntries(letters)).toEqual(MODES);
  return rows.map(([door = '', kind = '', ...cells]) => ({
    door,
    kind,
    cells: Object.fromEntries(letters.map(([letter], at) => [letter, (cells[at] ?? '').split(' · ')])),
  }));
}

const TABLE = readTable(readFileSync('docs/processing-modes.md', 'utf8'));
const isKind = (kind: string): kind is Kind => KINDS.some((known) => known === kind);

describe('the table of processing modes', () => {
  it('has every kind of thing for every door, and no other', () => {
    const expected = Object.keys(DOORS).flatMap((door) => KINDS.map((kind) => `${door}: ${kind}`));
    expect(TABLE.map(({ door, kind }) => `${door}: ${kind}`)).toEqual(expected);
  });

  it('uses three words', () => {
    const words = new Set(TABLE.flatMap(({ cells }) => Object.values(cells).flat()));
    expect([...words].sort()).toEqual(['notified', 'processed', 'stored']);
  });
});

describe('on the embedded cloud', () => {
  let running: RunningCirrus;
  let rest: Rest;
  let subscriptions: Subscriptions;
  const senders = new Map<string, readonly Sender[]>();

  beforeAll(async () => {
    running = await startTestCirrus({ extend: (stack) => logEvents(stack, OWN_CLOUD.tenant) });
    rest = new Rest(provided(running));
    subscriptions = await subscribeToAll(provided(running));
    for (const door of Object.keys(DOORS)) senders.set(door, await newSenders(provided(running)));
  });
  afterAll(async () => {
    await Promise.all([...senders.values()].flat().map(({ device }) => device.disconnect()));
    subscriptions?.close();
    await running?.close();
  });

  /** Says something and waits until it is through: every mode is processed, and what is stored is so before. */
  async function say(door: string, kind: Kind, from: Sender): Promise<Said> {
    const said: Said = { kind, from, marker: newMarker() };
    await DOORS[door]?.[kind](from, said.marker, rest);
    await eventually(() => {
      if (!isProcessed(said, running.cloud)) throw new Error(`${kind} by ${door} in ${from.mode} is not processed`);
    });
    return said;
  }

  /** All notifications go through one connection: what is not heard before this one will never be. */
  async function fence(from: Sender): Promise<void> {
    await running.cloud.idle();
    const marker = newMarker();
    await from.device.publish('s/us', `400,${marker},fence`);
    await subscriptions.waitFor({ kind: 'event', from, marker });
  }

  it.each(TABLE.map((row) => [row.kind, row.door, row.cells] as const))('%s by %s', async (kind, door, cells) => {
    if (!isKind(kind)) throw new Error(`nobody knows how to make the kind of thing "${kind}"`);
    const own = senders.get(door) ?? [];
    const all = await Promise.all(own.map((from) => say(door, kind, from)));
    const [first] = own;
    if (first) await fence(first);
    const found = await Promise.all(
      all.map(async (said) => {
        const has = {
          stored: await isStored(said, rest),
          notified: isNotified(said, subscriptions),
          processed: isProcessed(said, running.cloud),
        };
        const sinks = Object.entries(has).flatMap(([sink, reached]) => (reached ? [sink] : []));
        return [said.from.letter, sinks] as const;
      }),
    );
    expect(Object.fromEntries(found)).toEqual(cells);
  });
});

/** A word that is nowhere else, and a name that fragments may have. */
const newMarker = (): string => newSerial('x').replace('-', '_');
