import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Listeners, NAME_LEASE_MS } from '../../lib/changes/listeners';
import { ManualClock } from '../support/clock';
import { startTables, type Tables } from '../support/tables';

const RULE = 'arn:aws:events:eu-central-1:123456789012:rule/cirrus/one';
const OTHER_RULE = 'arn:aws:events:eu-central-1:123456789012:rule/cirrus/two';
const HEARD_WITHIN_MS = 5_000;

let tables: Tables;
let clock: ManualClock;
/** Two function instances: `told` makes the changes, and `asked` has to read them. */
let told: Listeners;
let asked: Listeners;
let tenant = 0;
const own = (): string => `t${tenant}`;

beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());
beforeEach(() => {
  tenant++;
  clock = new ManualClock();
  told = new Listeners({ registry: tables.registry, clock });
  asked = new Listeners({ registry: tables.registry, clock });
});

describe('listeners', () => {
  it('are none at first', async () => {
    expect(await asked.listeningIn(own())).toEqual({ notify: false, process: false });
  });

  it('are rules, until the last of them is gone', async () => {
    await told.addRule(own(), RULE);
    await told.addRule(own(), RULE);
    await told.addRule(own(), OTHER_RULE);
    expect(await told.listeningIn(own())).toEqual({ notify: false, process: true });
    await told.removeRule(own(), RULE);
    expect(await told.listeningIn(own())).toMatchObject({ process: true });
    await told.removeRule(own(), OTHER_RULE);
    await told.removeRule(own(), OTHER_RULE);
    expect(await told.listeningIn(own())).toMatchObject({ process: false });
  });

  it('are rules made by hand, which a switch stands for', async () => {
    await told.setProcess(own(), true);
    expect(await told.listeningIn(own())).toMatchObject({ process: true });
    await told.addRule(own(), RULE);
    await told.setProcess(own(), false);
    expect(await told.listeningIn(own())).toMatchObject({ process: true });
    await told.removeRule(own(), RULE);
    expect(await told.listeningIn(own())).toMatchObject({ process: false });
  });

  it('are subscribers, for as long as they say', async () => {
    await told.notifyUntil(own(), clock.now() + 60_000);
    await told.notifyUntil(own(), clock.now() + 10_000);
    expect(await told.listeningIn(own())).toEqual({ notify: true, process: false });
    clock.advance(60_000);
    expect(await told.listeningIn(own())).toMatchObject({ notify: false });
  });

  it('are heard of everywhere within five seconds, at one read per three', async () => {
    expect(await asked.listeningIn(own())).toMatchObject({ process: false });
    await told.addRule(own(), RULE);
    tables.calls.reset();
    for (let reading = 0; reading < 100; reading++) await asked.listeningIn(own());
    expect(tables.calls.usage.commands).toEqual({});
    clock.advance(HEARD_WITHIN_MS);
    for (let reading = 0; reading < 100; reading++)
      expect(await asked.listeningIn(own())).toMatchObject({ process: true });
    expect(tables.calls.usage).toEqual({ commands: { GetItem: 1 }, writeUnits: 0, readUnits: 1 });
  });

  it('know within three seconds that serials are given up', async () => {
    expect(asked.knownReleases(own())).toBeUndefined();
    expect(await asked.releasesIn(own())).toMatchObject({ releases: 0, readAt: clock.now() });
    await told.released(own());
    expect(asked.knownReleases(own())).toBe(0);
    clock.advance(NAME_LEASE_MS - 1);
    expect(await asked.releasesIn(own())).toMatchObject({ releases: 0 });
    clock.advance(1);
    expect(await asked.releasesIn(own())).toMatchObject({ releases: 1, readAt: clock.now() });
  });
});
