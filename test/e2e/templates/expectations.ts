import { expect } from 'vitest';
import { PLATFORM_VERSION } from '../../../lib/base/version';
import { eventually } from '../support/eventually';
import type { Example } from './examples';
import type { Fields, Stage } from './stage';

/** What REST shows of a device before an example, for everything that must stay as it is. */
export interface Snapshot {
  readonly objects: readonly unknown[];
  readonly readings: readonly unknown[];
  readonly alarms: readonly Fields[];
  readonly operations: readonly Fields[];
}

/** Written beside what an example does: signs of life. */
const ALIVE = ['c8y_Availability', 'c8y_Connection'];

export async function snapshotOf(stage: Stage): Promise<Snapshot> {
  const { rest } = stage;
  const objects = await Promise.all(
    [stage.serial, stage.child, stage.service].map(async (serial) => rest.findDevice(serial)),
  );
  const found = objects.flatMap((object) => object ?? []);
  const of = async (path: string, member: string): Promise<readonly Fields[]> =>
    (await Promise.all(found.map(({ id }) => rest.list<Fields>(`${path}${id}&pageSize=2000`, member)))).flat();
  return {
    objects: found.map((object) => Object.entries(object).filter(([name]) => !ALIVE.includes(name))),
    readings: [
      ...(await of('/measurement/measurements?source=', 'measurements')),
      ...(await of('/event/events?source=', 'events')),
    ],
    alarms: await of('/alarm/alarms?source=', 'alarms'),
    operations: await of('/devicecontrol/operations?deviceId=', 'operations'),
  };
}

/** Waits until everything an example says has happened, and looks that nothing else has. */
export async function expectResults(stage: Stage, example: Example, before: Snapshot): Promise<void> {
  const isAbout = (key: string): boolean => example.expect.some((entry) => key in entry);
  for (const entry of example.expect) await eventually(() => check(stage, entry, example, before));
  const updates = example.expect.filter(({ update }) => update === 'operation');
  const touched = new Set(updates.map((entry) => realId(stage, entry)));
  const after = await snapshotOf(stage);
  const others = ({ operations }: Snapshot) => operations.filter(({ id }) => !touched.has(String(id)));
  expect(others(after).map(withoutDelivery)).toEqual(others(before).map(withoutDelivery));
  if (isAbout('nothing') || isAbout('realtimeOnly'))
    expect({ ...after, operations: [] }).toEqual({ ...before, operations: [] });
  if (!isAbout('error') && !REFUSED_SILENTLY.has(example.n)) expect(stage.received('s/e')).toEqual([]);
}

/** 107 of a protected member: the example leaves the error row open. */
const REFUSED_SILENTLY = new Set([23]);

const realId = ({ operations }: Stage, { id }: Fields): string => operations.get(String(id)) ?? String(id);
const withoutDelivery = ({ delivery: _, ...operation }: Fields): Fields => operation;

async function check(stage: Stage, entry: Fields, example: Example, before: Snapshot): Promise<void> {
  if ('create' in entry) return checkCreated(stage, entry, example, before);
  if ('link' in entry) return checkLink(stage, entry);
  if ('asm' in entry) return checkSoftware(stage, entry);
  if ('send' in entry) return checkSent(stage, entry, example);
  if ('error' in entry) return checkError(stage, entry);
  if (entry.update === 'alarm' || entry.update === 'event') return checkChanged(stage, entry, before);
  if (entry.update === 'operation') {
    return checkMembers(await stage.rest.operation(realId(stage, entry)), entry, entry.set);
  }
  if (entry.update === 'managedObject' || entry.later === 'managedObject') {
    return checkMembers(await stage.rest.device(String(entry.of)), entry, entry.set);
  }
  if (!('nothing' in entry) && !('realtimeOnly' in entry))
    throw new Error(`unknown expectation ${JSON.stringify(entry)}`);
}

const COLLECTIONS: Readonly<Record<string, string>> = {
  measurement: '/measurement/measurements',
  event: '/event/events',
  alarm: '/alarm/alarms',
};

async function collection(stage: Stage, kind: unknown, serial: unknown): Promise<readonly Fields[]> {
  const path = COLLECTIONS[String(kind)];
  if (path === undefined) throw new Error(`no collection of ${kind}`);
  return stage.rest.list<Fields>(`${path}?source=${await stage.id(String(serial))}&pageSize=2000`, `${kind}s`);
}

async function checkCreated(stage: Stage, entry: Fields, example: Example, before: Snapshot): Promise<void> {
  const { create, body } = entry;
  if (create === 'externalId') {
    const { type, externalId } = fields(body);
    const { status } = await stage.rest.get(`/identity/externalIds/${type}/${externalId}`);
    expect(status).toBe(200);
    return;
  }
  if (create === 'managedObject') {
    const named = example.expect.find((other) => other.create === 'externalId');
    return checkMembers(await stage.rest.device(String(fields(named?.body).externalId)), entry, body);
  }
  const known = new Set([...before.readings, ...before.alarms].map((one) => fields(one).id));
  const fresh = (await collection(stage, create, entry.of)).filter(({ id }) => !known.has(id));
  const matching = fresh.filter(({ type }) => type === fields(body).type);
  expect(matching).toHaveLength(1);
  checkMembers(fields(matching[0]), entry, body);
}

async function checkLink(stage: Stage, { link, parent, child }: Fields): Promise<void> {
  const path = `/inventory/managedObjects/${await stage.id(String(parent))}/${link}`;
  const references = await stage.rest.list<{ managedObject: Fields }>(path, 'references');
  expect(references.map(({ managedObject }) => managedObject.id)).toContain(await stage.id(String(child)));
}

/**
 * The advanced list stands in a child addition of the device
 * (docs/reference/static-templates.md#advanced-software-list).
 */
async function checkSoftware(stage: Stage, { asm, of, body }: Fields): Promise<void> {
  const path = `/inventory/managedObjects/${await stage.id(String(of))}/childAdditions`;
  const references = await stage.rest.list<{ managedObject: Fields }>(path, 'references');
  const additions = await Promise.all(
    references.map(({ managedObject: { id } }) => stage.rest.get<Fields>(`/inventory/managedObjects/${id}`)),
  );
  const lists = additions.flatMap(({ body: addition }) =>
    addition.type === 'c8y_InstalledSoftwareList' ? [addition] : [],
  );
  expect(lists).toHaveLength(1);
  const items = lists[0]?.c8y_SoftwareList;
  if (!Array.isArray(items) || !Array.isArray(body)) throw new Error('no software list');
  const listed = body.filter((wanted) => items.some((item) => fits(item, wanted)));
  expect(listed).toHaveLength(asm === 'DELETE' ? 0 : body.length);
  const names: Readonly<Record<string, readonly string[]>> = {
    POST: ['nginx', 'redis'],
    PUT: ['nginx', 'redis', 'curl'],
    DELETE: ['nginx', 'curl'],
  };
  expect(items.map((item) => fields(item).name)).toEqual(names[String(asm)]);
}

function checkSent(stage: Stage, { send, line }: Fields, example: Example): void {
  const wanted = String(line);
  const times = example.expect.filter((entry) => entry.line === line).length;
  const received = stage.received(String(send));
  if (wanted.startsWith('601,')) expect(received).toEqual([`601,${PLATFORM_VERSION}`]);
  // the example shows only the beginning of the list
  else if (wanted.startsWith('603,')) expect(received.join()).toMatch(new RegExp(`^${wanted},`));
  else expect(stage.count(String(send), wanted), JSON.stringify(received)).toBe(times);
}

function checkError(stage: Stage, { error, line, pattern }: Fields): void {
  const received = stage.received(String(error));
  expect(received).toHaveLength(1);
  if (line !== undefined) expect(received[0]).toBe(line);
  else expect(received[0]).toMatch(new RegExp(String(pattern)));
}

/** An alarm or event of a type: the newest, which is the one a row means. */
async function checkChanged(stage: Stage, entry: Fields, before: Snapshot): Promise<void> {
  const { of, type, status } = fields(entry.match);
  const all = (await collection(stage, entry.update, of)).filter((one) => one.type === type);
  expect(all).toHaveLength(1);
  const [found] = all;
  if (status !== undefined) expect(found?.status).toBe(status);
  checkMembers(fields(found), entry, entry.set);
  const old = [...before.alarms, ...before.readings].map(fields).find(({ id }) => id === found?.id);
  for (const name of list(entry.unchanged)) expect(found?.[name]).toEqual(old?.[name]);
}

function checkMembers(object: Fields, entry: Fields, wanted: unknown): void {
  for (const [name, value] of Object.entries(fields(wanted))) {
    if (!fits(object[name], value)) expect(object, name).toMatchObject({ [name]: value });
  }
  for (const name of [...list(entry.absent), ...list(entry.remove)]) expect(object).not.toHaveProperty(name);
  for (const path of list(entry.absentOrNull)) expect(at(object, path) ?? null).toBeNull();
}

/** Server time is that of the last minute. */
const RECENT_MS = 60_000;

/** Is `wanted` part of `got`? The signs stand at the head of the examples. */
function fits(got: unknown, wanted: unknown): boolean {
  if (wanted === '<unspecified>') return got !== undefined;
  if (wanted === '<empty>') return got === undefined || got === null || got === '';
  if (wanted === '<now>') return typeof got === 'string' && Math.abs(Date.now() - Date.parse(got)) < RECENT_MS;
  if (typeof wanted !== 'object' || wanted === null) return got === wanted;
  if (Array.isArray(wanted)) {
    return Array.isArray(got) && got.length === wanted.length && wanted.every((item, i) => fits(got[i], item));
  }
  return isFields(got) && Object.entries(wanted).every(([name, value]) => fits(got[name], value));
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fields = (value: unknown): Fields => (isFields(value) ? value : {});
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const at = (object: Fields, path: string): unknown =>
  path.split('.').reduce<unknown>((node, name) => fields(node)[name], object);
