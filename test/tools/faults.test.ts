import { bodyText, type InProcessDynamodb } from '@cirrus/local-aws';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATION_TEMPLATES } from '../../lib/protocols/smartrest/static/operation-templates';
import { PUBLISH_TEMPLATES } from '../../lib/protocols/smartrest/static/templates/publish-templates';
import { chunksOf } from '../../tools/faults/chunk';
import { planDay } from '../../tools/faults/day';
import { differencesBetween } from '../../tools/faults/differences';
import { newInstance } from '../../tools/faults/functions';
import { parseFaultsOptions } from '../../tools/faults/options';
import { PROFILE_NAMES, PROFILES } from '../../tools/faults/profiles';
import { ProfileReport } from '../../tools/faults/report';
import { OPERATION_FRAGMENTS, ROWS } from '../../tools/faults/rows';
import { runSeed } from '../../tools/faults/seed';
import { startDatabase } from '../../tools/faults/tables';

const byNumber = (one: string, other: string): number => Number(one) - Number(other);

let database: InProcessDynamodb;
beforeAll(async () => {
  database = await startDatabase();
});

describe('the generator', () => {
  it('knows every static template of both directions', () => {
    expect(Object.keys(ROWS).sort(byNumber)).toEqual([...PUBLISH_TEMPLATES.keys()].sort(byNumber));
    expect(Object.keys(OPERATION_FRAGMENTS).sort(byNumber)).toEqual(OPERATION_TEMPLATES.map(({ id }) => id));
  });

  it('sends every template in some profile', () => {
    const sent = new Set(
      Object.values(PROFILES).flatMap(({ rows, serviceRows }) => Object.keys({ ...rows, ...serviceRows })),
    );
    expect(Object.keys(ROWS).filter((id) => !sent.has(id))).toEqual([]);
  });

  it('makes the same day of the same seed', () => {
    for (const profile of PROFILE_NAMES) {
      expect(planDay(profile, 7)).toEqual(planDay(profile, 7));
      expect(planDay(profile, 8)).not.toEqual(planDay(profile, 7));
    }
  });
});

describe('a seed', () => {
  it.each(PROFILE_NAMES)('ends as without faults: %s', async (profile) => {
    const report = await runSeed(database, profile, 1);
    expect(report.lines).toEqual([]);
    expect(Object.keys(report.run.faults).length).toBeGreaterThan(6);
    expect(report.compared.object + report.compared.reading).toBeGreaterThan(5);
  });

  it('has the same faults and the same end each time', async () => {
    const [first, second] = [await startDatabase(), await startDatabase()];
    expect(await runSeed(first, 'operations', 5)).toEqual(await runSeed(second, 'operations', 5));
  });
});

describe('a function with a bug is found out', () => {
  it('when a message that comes again counts again', async () => {
    let delivered = 0;
    const report = await runSeed(database, 'core', 101, (around) => {
      const instance = newInstance(around);
      const messageId = () => `${(++delivered).toString(16).padStart(8, '0')}-0000`;
      return { ...instance, ingest: (uplink) => instance.ingest({ ...uplink, messageId: messageId() }) };
    });
    expect(report.differences.doubled).toBeGreaterThan(0);
  });

  it('when a fault is swallowed', async () => {
    const report = await runSeed(database, 'core', 113, (around) => {
      const instance = newInstance(around);
      return { ...instance, ingest: (uplink) => instance.ingest(uplink).catch(() => undefined) };
    });
    expect(report.differences.lost + report.differences.different).toBeGreaterThan(0);
    const printed = new ProfileReport('core');
    expect(printed.add(report)[0]).toBe('npm run faults -- --from 113 --seeds 1 --profile core');
    expect(printed.isRight).toBe(false);
    expect(printed.text).toContain('core: 1 seeds, 1 wrong');
  });

  it('when an operation that is over ends once more', async () => {
    const report = await runSeed(database, 'operations', 104, (around) => {
      const { database: before } = around;
      const handle: typeof before.handle = async (request) => {
        const answer = await before.handle(request);
        const text = bodyText(request.body);
        const again = text.replace('SUCCESSFUL', 'FAILED');
        // and back again, so that the end of the day is right
        if (again.includes('progressVersion <=') && again !== text) {
          await before.handle({ ...request, body: again });
          await before.handle(request);
        }
        return answer;
      };
      return newInstance({ ...around, database: { handle } });
    });
    expect(report.differences.lines).toEqual([]);
    expect(report.run.moved).toBeGreaterThan(5);
    expect(report.lines[0]).toMatch(/^\d+ went from SUCCESSFUL at .* to FAILED at /);
  });

  it('when it fails for ever by itself', async () => {
    const report = await runSeed(database, 'core', 103, (around) => {
      const instance = newInstance(around);
      const ingest: typeof instance.ingest = async (uplink) => {
        if (uplink.payload.includes(Buffer.from('200,').toString('base64').slice(0, 4))) throw new TypeError('a bug');
        return instance.ingest(uplink);
      };
      return { ...instance, ingest };
    });
    expect(report.lines).toContain('failed by itself: TypeError: a bug');
    expect(report.lines).toContain('failed again after redrive: TypeError: a bug');
  });
});

describe('differences', () => {
  const reading = (text: string) => ({ about: 'pump', kind: 'reading' as const, text: JSON.stringify({ text }) });

  it('tell lost, doubled and different apart', () => {
    expect(differencesBetween([reading('a')], [reading('a')])).toMatchObject({ lines: [] });
    expect(differencesBetween([reading('a'), reading('a')], [reading('a')])).toMatchObject({ lost: 1, doubled: 0 });
    expect(differencesBetween([reading('a')], [reading('a'), reading('a')])).toMatchObject({ lost: 0, doubled: 1 });
    expect(differencesBetween([reading('a')], [reading('b')])).toMatchObject({
      different: 1,
      lines: ['different reading of pump', '  text: "a" without faults, "b" with them'],
    });
  });
});

describe('the command', () => {
  it('reads its options, and refuses wrong ones', () => {
    expect(parseFaultsOptions(['--seeds', '1000', '--from', '7', '--profile', 'rest'])).toMatchObject({
      ok: true,
      value: { seeds: 1000, from: 7, profiles: ['rest'] },
    });
    for (const args of [['--seeds', '0'], ['--profile', 'none'], ['--what']]) {
      expect(parseFaultsOptions(args)).toMatchObject({ ok: false });
    }
  });

  it('divides seeds into chunks', () => {
    const chunks = chunksOf('core', 5, 45);
    expect(chunks.map(({ from, seeds }) => [from, seeds])).toEqual([
      [5, 20],
      [25, 20],
      [45, 5],
    ]);
  });
});
