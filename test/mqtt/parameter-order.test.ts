import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingest, type Uplink } from '../../lib/mqtt/ingest';
import { runs } from '../fuzz/runs';
import { TENANT, Uplinks } from './uplinks';

let uplinks: Uplinks;
let number = 0;
beforeAll(async () => {
  uplinks = await Uplinks.start();
});
afterAll(() => uplinks.tables.close());

/** A device and its messages, five seconds from one to the next. */
const device = (sent: readonly string[]) => uplinks.minuteOf(`valve${++number}`, sent);
const arrive = async (message: Uplink | undefined) => message && ingest(message, uplinks.instance());

async function stateOf(id: string) {
  const object = await uplinks.services.inventory.get(TENANT, id);
  const events: string[] = [];
  for await (const { text, fragments } of uplinks.services.events.list(TENANT, { source: id }))
    events.push(JSON.stringify([text, fragments]));
  return { valve: object?.fragments.acme_Valve, events: events.sort() };
}

async function inOrder(sent: readonly string[]) {
  const { id, messages } = await device(sent);
  for (const message of messages) await arrive(message);
  return stateOf(id);
}

const OPEN = '408,opened,,true,acme_Valve.open,BOOLEAN,true';
const SHUT = '408,shut,,true,acme_Valve.open,BOOLEAN,false';

describe('parameters with changeDetect', () => {
  it('make their event on the second try when the first could not store it', async () => {
    const { id, messages } = await device([OPEN]);
    for (let call = 1; call < 12; call++) {
      const each = await device([OPEN]);
      await uplinks.tables.calls.failAt(call, () => arrive(each.messages[0]));
      await arrive(each.messages[0]);
      expect((await stateOf(each.id)).events).toHaveLength(1);
    }
    await arrive(messages[0]);
    await arrive(messages[0]);
    expect((await stateOf(id)).events).toHaveLength(1);
  });

  it('make no event for what is known, and one after the fragment was removed', async () => {
    const state = await inOrder([OPEN, OPEN, '107,acme_Valve', OPEN]);
    expect(state).toMatchObject({ valve: { open: true } });
    expect(state.events).toHaveLength(2);
  });

  it('take the event back when an older message shows that the value was known', async () => {
    const { id, messages } = await device([OPEN, OPEN]);
    await arrive(messages[1]);
    await arrive(messages[0]);
    expect((await stateOf(id)).events).toHaveLength(1);
    await arrive(messages[1]);
    expect((await stateOf(id)).events).toHaveLength(1);
  });

  it('keep the mode of their own message when a message of another mode decides anew', async () => {
    for (const [first, second] of [
      ['s/us', 't/us'],
      ['t/us', 's/us'],
    ] as const) {
      const { id, messages } = await device([OPEN, SHUT, OPEN]);
      const inMode = (index: number, topic: string) => {
        const message = messages[index];
        return message && { ...message, topic };
      };
      await arrive(inMode(0, 's/us'));
      // alone it changes nothing, and with the one before it, which comes later, it does
      await arrive(inMode(2, second));
      await arrive(inMode(1, first));
      const stored = [first, second].filter((topic) => topic === 's/us').length;
      expect((await stateOf(id)).events).toHaveLength(1 + stored);
    }
  });

  it('make the event when an older message shows that the value had changed in between', async () => {
    const { id, messages } = await device([OPEN, SHUT, OPEN]);
    for (const n of [0, 2, 1]) await arrive(messages[n]);
    expect(await stateOf(id)).toEqual({ valve: { open: true }, events: (await inOrder([OPEN, SHUT, OPEN])).events });
  });

  it('end the same whatever order they arrive in, twice each, by several instances, with calls that die', async () => {
    const publish = fc.constantFrom(
      OPEN,
      SHUT,
      '408,limit,,true,acme_Valve.limit,NUMBER,7,acme_Valve.open,BOOLEAN,true',
      '408,low,,true,acme_Valve.limit,NUMBER,1',
      '408,plain,,,acme_Valve.open,BOOLEAN,false',
      '408,deep,,true,acme_Valve.at.left,STRING,a,acme_Valve.limit,NUMBER,7',
      '408,again,2026-02-03T04:00:00Z,true,acme_Valve.open,BOOLEAN,true',
    );
    const history = fc.array(publish, { minLength: 2, maxLength: 6 }).chain((sent) => {
      const twice = [...sent.keys(), ...sent.keys()];
      return fc.record({
        sent: fc.constant(sent),
        arrival: fc.shuffledSubarray(twice, { minLength: twice.length }),
        atOnce: fc.boolean(),
        dies: fc.integer({ min: 1, max: 12 }),
      });
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ sent, arrival, atOnce, dies }) => {
        const { id, messages } = await device(sent);
        if (atOnce) await Promise.all(messages.map(arrive));
        else await uplinks.tables.calls.failAt(dies, () => arrive(messages[arrival[0] ?? 0]));
        for (const n of arrival) await arrive(messages[n]);
        expect(await stateOf(id)).toEqual(await inOrder(sent));
      }),
      { numRuns: runs(15) },
    );
  }, 600_000);
});
