import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Claims } from '../../lib/connections/claims';
import { type IngestDeps, ingest, type Outcome, type Sender } from '../../lib/mqtt/ingest';
import { PUBLISH_TEMPLATES } from '../../lib/protocols/smartrest/static/templates/publish-templates';
import { type RowCase, TEMPLATE_ROWS } from '../mqtt/template-rows';
import { TENANT, Uplinks } from '../mqtt/uplinks';
import { callAt } from '../support/calls';
import { changedBetween, everyItem, itemsOf, ownedBy } from './foreign-items';

const FAR = 't200';

/** A gateway with a child and a service, as the rows of its own connection have made them. */
interface Gateway {
  readonly tenant: string;
  readonly deps: IngestDeps;
  readonly root: string;
  readonly targets: readonly string[];
}

let uplinks: Uplinks;
let own: Gateway;
let other: Gateway;
/** In another tenant: a gateway with the same serials as the sender's, and one with serials that are free here. */
let twin: Gateway;
let far: Gateway;
let start: number;
let sent = 0;
const counted = { combinations: 0, foreign: 0, effects: 0 };

beforeAll(async () => {
  uplinks = await Uplinks.start();
  start = uplinks.clock.now();
  own = await gateway(TENANT, 'own');
  other = await gateway(TENANT, 'other');
  twin = await gateway(FAR, 'own');
  far = await gateway(FAR, 'far');
});
afterAll(async () => {
  console.log(
    `static templates: ${counted.combinations} combinations of row and target, ${counted.foreign} of them foreign: ${counted.effects} foreign effects`,
  );
  await uplinks.tables.close();
});

/** Its root and its child are made by data, so that for a minute a row may still say what they are. */
async function gateway(tenant: string, root: string): Promise<Gateway> {
  const sender: Sender = { tenant, user: `device_${root}`, serial: root };
  const deps = uplinks.instance({ senderOf: async () => sender });
  const made = { tenant, deps, root, targets: [root, `${root}-c`, `${root}-s`] };
  await prepare(made, 's/us', '211,20');
  await prepare(made, `s/us/${root}-c`, '211,20');
  await prepare(made, 's/us', `102,${root}-s,systemd,broker,up`);
  return made;
}

/** All rows are sent within half a minute after the gateways were made. */
async function publish({ deps, root }: Gateway, topic: string, row: string): Promise<readonly Outcome[]> {
  const receivedAt = start + ++sent * 10;
  if (receivedAt > start + 30_000) throw new Error('the gateways are too old to be named');
  return (await ingest({ ...uplinks.uplink(root, topic, row), receivedAt }, deps)).outcomes;
}

async function prepare(from: Gateway, topic: string, row: string): Promise<void> {
  const outcomes = await publish(from, topic, row);
  expect(outcomes, `${row} on ${topic}`).toMatchObject([{ result: 'accepted' }]);
}

/** Brings a target into the state that the row of a case needs, with rows of its own gateway. Returns its operation. */
async function readied(owner: Gateway, target: string, { operations = [], after = [] }: RowCase): Promise<string> {
  const { services } = owner.deps;
  const { id = '' } = (await services.devices.find(owner.tenant, target)) ?? {};
  let first = '';
  for (const fragment of operations) {
    const at = start + ++sent * 10;
    const call = callAt(at, { tenant: owner.tenant });
    const made = await services.operations.create(call, {
      deviceId: id,
      fragments: { [fragment]: {}, profileId: '5' },
    });
    if (!made.ok) throw new Error(made.error.reason);
    await services.operations.handovers.sending(owner.tenant, made.value, at);
    first ||= made.value.id;
  }
  for (const row of after) await prepare(owner, `s/us/${target}`, row.replaceAll('$', target));
  return first;
}

/** A row of a case, and what it is about: the topic of a target, or a target that the row itself names. */
interface SentRow {
  readonly topic: string;
  readonly row: string;
}

/** Rows that name an object by a value: what they name, and how. Its topics are those of the sender's own devices. */
const NAMING: Readonly<Record<string, (target: string, operation: string) => readonly string[]>> = {
  101: (target) => [`101,${target},Stolen,acme_Stolen`, `101,${target},Stolen,acme_Stolen,false`],
  102: (target) => [`102,${target},systemd,Stolen,down`],
  504: (_, operation) => [`504,${operation}`],
  505: (_, operation) => [`505,${operation},stolen`],
  506: (_, operation) => [`506,${operation}`],
};
/** Values that end in "Id" and name no object of the platform: of a SIM card, a radio cell, a profile. */
const NAME_NOTHING = ['iccid', 'cellId', 'profileId'];
/** Rows that are about the connection, whatever their topic says. */
const ABOUT_SENDER = ['100', '500', '600', '602'];

function rowsAgainst(template: string, target: string, operation: string): readonly SentRow[] {
  const { row, on = '$' } = rowCase(template);
  const text = row.replaceAll('$', target).replace('%', operation);
  const named = (NAMING[template]?.(target, operation) ?? []).flatMap((naming) =>
    ['s/us', 's/us/own-c', `s/us/${target}`].map((topic) => ({ topic, row: naming })),
  );
  return [{ topic: `s/us/${on.replaceAll('$', target)}`, row: text }, ...named];
}

function rowCase(template: string): RowCase {
  const found = TEMPLATE_ROWS[template];
  if (found === undefined) throw new Error(`no example of ${template}`);
  return found;
}

const foreignItems = async () => {
  const items = await everyItem(uplinks.tables.client);
  return itemsOf(items, FAR, [...ownedBy(items, TENANT, 'device_other'), 'other']);
};

describe('a row of a static template', () => {
  it('makes no child under an identifier that another device user has claimed', async () => {
    const claims = new Claims(uplinks.tables.registry, uplinks.clock);
    const claim = { tenant: TENANT, user: 'device_elsewhere', kind: 'device', serial: 'claimed' } as const;
    expect(await claims.claim(claim, async () => true)).toMatchObject({ ok: true });
    for (const [topic, row] of [
      ['s/us', '101,claimed'],
      ['s/us', '102,claimed,systemd,broker,up'],
      ['s/us/claimed', '211,20'],
    ] as const) {
      expect(await publish(own, topic, row)).toMatchObject([{ result: 'refused', code: 41 }]);
    }
    expect(await own.deps.services.devices.find(TENANT, 'claimed')).toBeUndefined();
  });

  it('that could name an object is in the table', () => {
    expect(Object.keys(TEMPLATE_ROWS)).toEqual([...PUBLISH_TEMPLATES.keys()]);
    const naming = [...PUBLISH_TEMPLATES.values()].filter(({ params }) =>
      params.some(({ name }) => /id$/i.test(name) && !NAME_NOTHING.includes(name)),
    );
    expect(naming.map(({ id }) => id)).toEqual(Object.keys(NAMING));
  });

  it.each([...PUBLISH_TEMPLATES.keys()])('%s acts on what is its sender’s, and on nothing else', async (template) => {
    const of = rowCase(template);
    const attacks: (SentRow & { readonly isHere: boolean })[] = [];
    for (const owner of [other, far, twin]) {
      for (const target of owner.targets) {
        const operation = await readied(owner, target, NAMING[template] ? { operations: ['c8y_Restart'], ...of } : of);
        const rows = owner === twin ? [] : rowsAgainst(template, target, operation);
        attacks.push(...rows.map((row) => ({ ...row, isHere: owner === other })));
      }
    }
    const before = await foreignItems();
    const heard = uplinks.sent.length;
    for (const { topic, row, isHere } of attacks) {
      const [outcome] = await publish(own, topic, row);
      // the serials of the other tenant are free here, so a row may make a child of the sender
      const isRefused = isHere && !ABOUT_SENDER.includes(template);
      if (isRefused) expect.soft(outcome, `${row} on ${topic}`).toMatchObject({ result: 'refused', code: 41 });
    }
    counted.foreign += attacks.length;
    for (const target of own.targets) {
      const operation = await readied(own, target, of);
      const [row] = rowsAgainst(template, target, operation);
      const [outcome] = await publish(own, row?.topic ?? '', row?.row ?? '');
      expect(outcome).toMatchObject(template === '100' ? { template } : { result: 'accepted' });
    }
    counted.combinations += attacks.length + own.targets.length;
    const changed = changedBetween(before, await foreignItems());
    counted.effects += changed.length;
    expect(changed).toEqual([]);
    const replies = uplinks.sent.slice(heard);
    expect(replies.filter(({ clientId }) => clientId !== own.root)).toEqual([]);
    expect(replies.filter(({ topic, payload }) => topic !== 's/e' && payload.includes('other'))).toEqual([]);
  });
});
