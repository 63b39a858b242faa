import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { IngestDeps, IngestReport } from '../../lib/mqtt/ingest';
import { parseRows, payloadFault, readText, writeRow } from '../../lib/protocols/smartrest/csv';
import { PUBLISH_TEMPLATES } from '../../lib/protocols/smartrest/static/templates/publish-templates';
import type { Param, Single } from '../../lib/protocols/smartrest/static/templates/template';
import { TENANT, Uplinks } from '../mqtt/uplinks';
import { report } from './report';
import { runs } from './runs';

/** Rows of one publish. With many rows a case costs little, and rows meet what others have left. */
const ROWS = 40;
/** Publishes of one device, and devices of one database: an object and a database fill up. */
const PUBLISHES = 4;
const DEVICES = 50;
/** From so many rows on it shows whether memory is given back. */
const MANY_ROWS = 20_000;

const long = (length: number): string => 'x'.repeat(length);
/** Names that JavaScript, the platform or the database gives a meaning. */
const NAMES = [
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'id', 'self', 'type', 'time', 'source'],
  ...['name', 'owner', 'c8y_IsDevice', 'c8y_Availability', 'c8y_RequiredAvailability', 'com_cumulocity_model_Agent'],
  ...['c8y_Restart', 'c8y_Command', 'c8y_SoftwareList', 'child', 'fuzz', 'PENDING', 'CRITICAL', 'SSH'],
];
const TEXTS = [
  ...['', ' ', '"', '\\', '\\"', ',', '""', "'", '#', '%', '%23', '//', 'a//b', 'a.b.c', '.', 'a..b', '..', '$x', ':x'],
  ...['\u0000', '\u0007', '\u0085', '\ufeff', '\uffff', '\ufffd', '😀', '%#'.repeat(400), '\t', '\r'],
  ...[long(255), long(1024), 'a.'.repeat(60)],
  ...['true', 'false', 'TRUE', 'null', 'undefined', '{}', '[1]', 'STRING', 'NUMBER', 'BOOLEAN'],
];
/** Over the limits of names, paths and keys. */
const TOO_LONG = [long(1025), long(1100), long(3000), 'ä'.repeat(600), '%#'.repeat(900), `a${'.a'.repeat(600)}`];
const NUMBERS = [
  ...['0', '-0', '0.0', '1', '-1', '1e400', '-1e400', '1e-400', '1e308', '5e-324', 'NaN', 'Infinity', '0x10', '1_000'],
  ...['9007199254740991', '9007199254740993', '1e21', '.5', '5.', '+1', '1,5', '60', '32768', '12345678901234567890'],
];
const DATES = [
  ...['0000-01-01T00:00:00+14:00', '9999-12-31T23:59:59-10:00', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'],
  ...['2026-02-30T00:00:00Z', '2024-02-29T23:59:60Z', '2026-02-03T04:05:06', '2026-02-03T04:05+0100', '2026-02-03'],
  ...['2026-02-03T04:05:06.123456789Z', '2026-02-03T24:00:00Z', '1969-12-31T23:59:59.999Z', '+12026-01-01T00:00:00Z'],
  ...['2026-02-03T04:05:06+18:00', '2026-02-03T04:05:06-18:01', 'now', '0'],
];

const nasty = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.constantFrom(...NUMBERS, ...DATES, ...TOO_LONG) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.toWellFormed()) },
);
/** A value that fits its parameter, or nearly. */
const fitting = ({ type }: Single): fc.Arbitrary<string> => {
  if (type.name === 'Number' || type.name === 'Integer') return fc.constantFrom(...NUMBERS);
  if (type.name === 'Date') return fc.constantFrom(...DATES);
  const words = /^Enum\((.*)\)$/.exec(type.name)?.[1];
  if (words !== undefined) return fc.constantFrom(...words.split('|'));
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...NAMES, ...TEXTS) },
    { weight: 1, arbitrary: fc.constantFrom(...TOO_LONG) },
  );
};
const valueFor = (param: Single): fc.Arbitrary<string> =>
  fc.oneof({ weight: 6, arbitrary: fitting(param) }, { weight: 1, arbitrary: nasty });
const valuesOf = (param: Param): fc.Arbitrary<readonly string[]> => {
  if (param.kind === 'single') return valueFor(param).map((value) => [value]);
  const one: fc.Arbitrary<readonly string[]> =
    param.kind === 'list'
      ? valueFor({ ...param, kind: 'single', mandatory: false }).map((value) => [value])
      : fc.tuple(...param.params.map(valueFor));
  return fc.array(one, { maxLength: 5 }).map((groups) => groups.flat());
};

const ofTemplate: fc.Arbitrary<readonly string[]> = fc
  .constantFrom(...PUBLISH_TEMPLATES.values())
  .chain(({ id, params }) => fc.tuple(...params.map(valuesOf)).map((values) => [id, ...values.flat()]));
const anyFields = fc
  .tuple(fc.constantFrom(...PUBLISH_TEMPLATES.keys(), '999', ''), fc.array(nasty, { maxLength: 12 }))
  .map(([id, fields]) => [id, ...fields]);
/** Hundreds of columns: names of their own, or groups of a path, a type and a value. */
const wide = fc
  .tuple(
    fc.constantFrom('107', '114', '118', '140', '141', '201', '307', '407', '408', '503'),
    fc.integer({ min: 50, max: 400 }),
  )
  .map(([id, count]): readonly string[] => {
    const head = id === '408' ? ['', '', ''] : id === '201' ? ['t', ''] : id === '307' || id === '407' ? ['t'] : [];
    const columns = Array.from({ length: count }, (_, at) => {
      if (id === '408') return [`wide.p${at}`, 'NUMBER', `${at}`];
      return id === '201' ? [`f${at % 9}`, `s${at}`, `${at}`, ''] : [`w${at}`];
    });
    return [id, ...head, ...columns.flat()];
  });
const row = fc
  .oneof({ weight: 60, arbitrary: ofTemplate }, { weight: 20, arbitrary: anyFields }, { weight: 1, arbitrary: wide })
  .map(writeRow);
const topic = fc.oneof(
  { weight: 5, arbitrary: fc.constant('s/us') },
  { weight: 1, arbitrary: fc.constantFrom('s/us/child', 't/us', 'q/us', 'c/us', 's/us/constructor', 's/us/__proto__') },
);

/** A device among others in a database, which is dropped when it has seen enough. */
class Fleet {
  private uplinks: Uplinks | undefined;
  private deps: IngestDeps | undefined;
  private publishes = 0;
  readonly counts = { rows: 0, refused: 0 };

  async publish(payload: string | Uint8Array, path: string): Promise<IngestReport> {
    const isFull = this.publishes++ % (PUBLISHES * DEVICES) === 0;
    if (isFull || this.uplinks === undefined) await this.renew();
    const { uplinks, deps } = this;
    if (uplinks === undefined || deps === undefined) throw new Error('no database');
    if (this.publishes % PUBLISHES === 1) await this.introduce();
    uplinks.sent.length = 0;
    const answer = await uplinks.publish(deps, this.serial, payload, path);
    this.counts.rows += answer.outcomes.length;
    this.counts.refused += answer.outcomes.filter(({ result }) => result === 'refused').length;
    return answer;
  }

  /** Whether the device has a reading of this series. */
  async has(series: string): Promise<boolean> {
    const { measurements, identity } = this.deps?.services ?? {};
    const device = await identity?.find(TENANT, 'c8y_Serial', this.serial);
    const query = { source: device?.managedObjectId ?? '', fragment: 'good', series, descending: true };
    for await (const _ of measurements?.list(TENANT, query) ?? []) return true;
    return false;
  }

  async close(): Promise<void> {
    await this.uplinks?.tables.close();
    this.uplinks = undefined;
    this.deps = undefined;
  }

  private get serial(): string {
    return `fuzz${Math.floor((this.publishes - 1) / PUBLISHES)}`;
  }

  private async renew(): Promise<void> {
    await this.close();
    this.uplinks = await Uplinks.start();
    this.deps = this.uplinks.instance({ payloadLimit: 10_000_000 });
  }

  /** A device with two operations, so that status rows mean something. */
  private async introduce(): Promise<void> {
    const { uplinks, deps } = this;
    if (uplinks === undefined || deps === undefined) return;
    await uplinks.publish(deps, this.serial, '100');
    const device = await deps.services.identity.find(TENANT, 'c8y_Serial', this.serial);
    const { origin, effects } = {
      origin: originAt(uplinks.clock.now()),
      effects: { changed: () => {}, store: () => {} },
    };
    for (const name of ['c8y_Restart', 'constructor']) {
      const input = { deviceId: device?.managedObjectId ?? '', fragments: { [name]: {} } };
      await deps.services.operations.create({ origin, effects }, input);
    }
  }
}

const originAt = (receivedAt: number) =>
  ({
    tenant: TENANT,
    user: 'admin',
    mode: 'PERSISTENT',
    receivedAt,
    messageId: 'fuzz',
    row: 1,
    readingsBy: 'content',
  }) as const;

const fleet = new Fleet();
const total = runs(320);
const publishes = Math.ceil(total / ROWS);
afterAll(async () => {
  await fleet.close();
  report(fleet.counts);
});

/** Every row of a payload has one outcome, in order. Row 0 is the publish as a whole. */
function expectOutcomes({ outcomes }: IngestReport, payload: string | Uint8Array): void {
  const text = typeof payload === 'string' ? payload : readText(payload);
  const lines = payloadFault(text) === undefined ? parseRows(text).map(({ line }) => line) : [1];
  expect(outcomes.map((outcome) => outcome.row).filter((line) => line !== 0)).toEqual(lines);
}

/** Bytes of the heap after a collection, without the database. */
async function heap(): Promise<number> {
  await fleet.close();
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

let series = 0;
const check = async (rows: readonly string[], at: number, path: string): Promise<void> => {
  const good = `s${++series}`;
  const place = at % (rows.length + 1);
  const payload = [...rows.slice(0, place), `200,good,${good},1`, ...rows.slice(place)].join('\n');
  const answer = await fleet.publish(payload, path);
  expectOutcomes(answer, payload);
  if (path === 's/us' || path === 'q/us') expect(await fleet.has(good)).toBe(true);
};
const publish = fc.asyncProperty(
  fc.array(row, { minLength: ROWS - 1, maxLength: ROWS - 1 }),
  fc.nat(ROWS),
  topic,
  check,
);

it('no row is a fault, each has an outcome, and a good one among them is stored', async () => {
  await fc.assert(publish, { numRuns: Math.ceil(publishes / 2), endOnFailure: true });
  const half = await heap();
  await fc.assert(publish, { numRuns: Math.ceil(publishes / 2), endOnFailure: true });
  const whole = await heap();
  // a small run measures what is loaded once, so it cannot show that memory grows
  expect(total < MANY_ROWS || whole < half * 1.5 + 32 * 1024 * 1024).toBe(true);
});

it('no payload is a fault, and the row before it is stored', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
    fc
      .array(fc.constantFrom(...TEXTS, ...NAMES, '\n', ',', '200', '\r\n'), { maxLength: 30 })
      .map((parts) => Buffer.from(parts.join(','))),
  );
  const property = fc.asyncProperty(bytes, topic, async (tail, path) => {
    const alone = await fleet.publish(tail, path);
    expectOutcomes(alone, tail);
    const good = `s${++series}`;
    const payload = Buffer.concat([Buffer.from(`200,good,${good},1\n`), tail]);
    const answer = await fleet.publish(payload, path);
    expectOutcomes(answer, payload);
    if (path === 's/us' || path === 'q/us') expect(await fleet.has(good)).toBe(true);
  });
  await fc.assert(property, { numRuns: publishes, endOnFailure: true });
});
