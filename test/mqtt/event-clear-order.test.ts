import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest, type Uplink } from '../../lib/mqtt/ingest';
import { eventCatalogueOf } from '../../lib/platform/readings/event-clear-items';
import { runs } from '../fuzz/runs';
import { historyOf, TENANT, Uplinks } from './uplinks';

let uplinks: Uplinks;
let number = 0;
beforeAll(async () => {
  uplinks = await Uplinks.start();
});
afterAll(() => uplinks.tables.close());

/** A device and its messages, five seconds from one to the next. */
const device = (sent: readonly string[]) => uplinks.minuteOf(`clears${++number}`, sent);
const arrive = async (message: Uplink | undefined) => message && ingest(message, uplinks.instance());

async function eventsOf(id: string) {
  const events: string[] = [];
  for await (const { text, fragments, ...event } of uplinks.services.events.list(TENANT, { source: id })) {
    expect((await uplinks.services.events.get(TENANT, event.id))?.fragments).toEqual(fragments);
    events.push(JSON.stringify([event.type, text, Object.keys(fragments)]));
  }
  return events.sort();
}
async function inOrder(sent: readonly string[]) {
  const { id, messages } = await device(sent);
  for (const message of messages) await arrive(message);
  return eventsOf(id);
}

/** What still has its position, by accuracy. */
async function accuraciesOf(id: string) {
  const accuracies: string[] = [];
  for await (const { fragments } of uplinks.services.events.list(TENANT, { source: id })) {
    if ('c8y_Position' in fragments) accuracies.push(JSON.stringify(fragments.c8y_Position));
  }
  return accuracies.map((text) => Number(/"accuracy":"?(\d+)/.exec(text)?.[1])).sort();
}

/** A location event has a fragment, c8y_Position. Its accuracy tells the events apart. */
const event = (accuracy: number, time = '') => `401,52,13,1,${accuracy},${time}`;
const CLEAR = '407,c8y_LocationUpdate,c8y_Position';

describe('a 407', () => {
  it('means the newest event before it, though it arrives first, and says that it found none', async () => {
    const { id, messages } = await device([event(1), CLEAR, event(2)]);
    const early = await arrive(messages[1]);
    expect(early?.outcomes).toMatchObject([{ result: 'refused', code: 41 }]);
    await arrive(messages[2]);
    await arrive(messages[0]);
    expect((await eventsOf(id)).map((one) => one.includes('c8y_Position')).sort()).toEqual([false, true]);
  });

  it('means an event of the same message', async () => {
    const { id, messages } = await device([`${event(1)}\n${CLEAR}`]);
    expect((await arrive(messages[0]))?.outcomes).toMatchObject([{ result: 'accepted' }, { result: 'accepted' }]);
    expect(await eventsOf(id)).toEqual([expect.not.stringContaining('c8y_Position')]);
  });

  it('means the last of several events with the same time', async () => {
    for (let count = 0; count < 6; count++) {
      const { id, messages } = await device([[1, 2, 3].map((accuracy) => event(accuracy)).join('\n'), CLEAR]);
      for (const message of messages) await arrive(message);
      expect(await accuraciesOf(id)).toEqual([1, 2]);
    }
  });

  it('means the event of its own message, though the message comes long after', async () => {
    const { id, messages } = await device([event(1), `${event(2)}\n${CLEAR}`]);
    await arrive(messages[0]);
    uplinks.clock.advance(10 * 60_000);
    await arrive(messages[1]);
    expect(await accuraciesOf(id)).toEqual([1]);
  });

  it('means an event that a later row with changeDetect has made first', async () => {
    const open = '408,,2026-02-03T04:00:00Z,true,acme_Valve.open,BOOLEAN,true';
    const { id, messages } = await device([open, '407,c8y_ParameterUpdate,acme_Valve', open]);
    for (const message of [...messages].reverse()) await arrive(message);
    expect(await eventsOf(id)).toEqual([expect.not.stringContaining('acme_Valve"]')]);
  });

  it('leaves the event before alone when its own is deleted', async () => {
    const { id, messages } = await device([event(1), event(2), CLEAR]);
    for (const message of messages) await arrive(message);
    for await (const { id: own, fragments } of uplinks.services.events.list(TENANT, { source: id })) {
      if (!('c8y_Position' in fragments)) await uplinks.services.events.delete(uplinks.call(), own);
    }
    expect(await eventsOf(id)).toEqual([expect.stringContaining('c8y_Position')]);
  });

  it('is applied for good once no older message can arrive, and costs readers nothing more', async () => {
    const { id, messages } = await device([event(1), CLEAR]);
    for (const message of messages) await arrive(message);
    const waiting = async () => (await eventCatalogueOf(uplinks.tables.telemetry, TENANT, id)).clears.length;
    await eventsOf(id);
    expect(await waiting()).toBe(1);
    uplinks.clock.advance(10 * 60_000);
    expect(await eventsOf(id)).toEqual([expect.not.stringContaining('c8y_Position')]);
    expect(await waiting()).toBe(0);
    expect(await eventsOf(id)).toEqual([expect.not.stringContaining('c8y_Position')]);
  });

  it('ends in the same events whatever order a minute arrives in, twice each and by several instances', async () => {
    const publish = fc.constantFrom(
      event(1),
      event(2),
      event(3, '2026-02-03T04:00:00Z'),
      event(3, '2026-02-03T03:00:00Z'),
      CLEAR,
      `${event(4)}\n${CLEAR}`,
      `${event(5)}\n${event(6)}`,
      '407,acme_Other,c8y_Position',
      '400,acme_Other,text',
    );
    const history = historyOf(publish, 7);
    await fc.assert(
      fc.asyncProperty(history, async ([sent, arrival, atOnce]) => {
        const { id, messages } = await device(sent);
        if (atOnce) await Promise.all(messages.map(arrive));
        for (const n of arrival) await arrive(messages[n]);
        const expected = await inOrder(sent);
        expect(await eventsOf(id)).toEqual(expected);
        uplinks.clock.advance(10 * 60_000);
        expect(await eventsOf(id)).toEqual(expected);
      }),
      { numRuns: runs(10) },
    );
  }, 600_000);
});
