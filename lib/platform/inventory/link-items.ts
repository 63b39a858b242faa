import { withPrefix } from '../../storage/key-conditions';
import { type ChildKind, childKey, objectKey, objectPartition, parentKey } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { Item, Table } from '../../storage/table';

/** All ways in which one object can be below another. */
export const CHILD_KINDS: readonly ChildKind[] = ['childDevices', 'childAssets', 'childAdditions'];

/** A link between two objects, seen from one of them. */
export interface Link {
  readonly kind: ChildKind;
  /** The object at the other end. */
  readonly id: string;
}

/**
 * A place in the hierarchy that a message gave an object. Of several the earliest counts. The one that data gave counts
 * only while there is no other.
 */
export interface GivenPlace extends Link {
  /** As-of of the message, or `BY_DATA`. */
  readonly asOf: string;
  /** True when the place was taken back, because the object would have been above itself. */
  readonly isVoid?: boolean;
}

/** As-of of a place that data gave: it sorts after that of every message. */
export const BY_DATA = '~';

/** A place as the object's item keeps it. No part has a space in it. */
export const placeText = ({ asOf, kind, id, isVoid = false }: GivenPlace): string =>
  `${asOf} ${kind} ${id}${isVoid ? ' void' : ''}`;

/** Reads a place; undefined when the text is none. */
export function parsePlace(text: string): GivenPlace | undefined {
  const [asOf, kind, id, sign] = text.split(' ');
  const known = CHILD_KINDS.find((candidate) => candidate === kind);
  if (asOf === undefined || id === undefined || known === undefined) return undefined;
  return { asOf, kind: known, id, ...(sign === 'void' && { isVoid: true }) };
}

/** Ms for which it is kept that a link has ended. No function works on one message for so long. */
const ENDED_MS = 24 * 60 * 60_000;

/**
 * Makes the links of an object what its places say: the place that counts is linked, and the others are not
 * (docs/data-model.md#the-place-in-the-hierarchy). Places are only ever added, so their number is a version, and no
 * writer that knows fewer of them can undo this. `now` is ms since the epoch.
 */
export async function settlePlaces(
  registry: Table,
  tenant: string,
  object: string,
  { places, now }: { readonly places: readonly GivenPlace[]; readonly now: number },
): Promise<void> {
  const version = { v: places.length };
  const valid = placeThatCounts(places);
  // the new link comes first, so that the object is never without a parent
  if (valid !== undefined) await putLink(registry, tenant, object, valid, version);
  const ended = { ...version, e: true, ttl: Math.ceil((now + ENDED_MS) / 1000) };
  const others = places.filter(({ kind, id }) => kind !== valid?.kind || id !== valid.id);
  for (const other of others) await putLink(registry, tenant, object, other, ended);
}

function placeThatCounts(places: readonly GivenPlace[]): GivenPlace | undefined {
  const isTakenBack = (at: string): boolean => places.some(({ asOf, isVoid }) => isVoid && asOf === at);
  const [first] = places.filter(({ asOf }) => !isTakenBack(asOf)).sort((a, b) => (a.asOf < b.asOf ? -1 : 1));
  return first;
}

/** Writes both items of a link, unless one was written under more places or by a user. */
async function putLink(
  registry: Table,
  tenant: string,
  object: string,
  { kind, id }: Link,
  state: Item & { v: number },
) {
  for (const key of [parentKey(tenant, object, kind, id), childKey(tenant, id, kind, object)]) {
    await registry.put(
      { ...key, ...state },
      { text: 'attribute_not_exists(pk) OR v <= :v', values: { ':v': state.v } },
    );
  }
}

/** Links a child to its parent because a user says so, with one item in each partition. Linking again changes nothing. */
export async function link(
  registry: Table,
  tenant: string,
  parent: string,
  kind: ChildKind,
  child: string,
): Promise<void> {
  await registry.batchWrite([parentKey(tenant, child, kind, parent), childKey(tenant, parent, kind, child)]);
}

/**
 * Links a child that is about to be created. Readers see the link when the child exists. False when the id of the child
 * is taken.
 */
export async function linkAhead(
  registry: Table,
  tenant: string,
  parent: string,
  kind: ChildKind,
  child: string,
): Promise<boolean> {
  const ahead = await registry.create({ ...childKey(tenant, parent, kind, child), g: true });
  if (ahead.ok) await registry.put(parentKey(tenant, child, kind, parent));
  return ahead.ok;
}

/** Removes both items of a link. */
export async function unlink(
  registry: Table,
  tenant: string,
  parent: string,
  kind: ChildKind,
  child: string,
): Promise<void> {
  await registry.batchWrite([], [childKey(tenant, parent, kind, child), parentKey(tenant, child, kind, parent)]);
}

/** Removes many links, as `unlink` removes one. */
export async function unlinkAll(
  registry: Table,
  tenant: string,
  links: readonly { readonly parent: string; readonly kind: ChildKind; readonly child: string }[],
): Promise<void> {
  const keys = links.flatMap(({ parent, kind, child }) => [
    childKey(tenant, parent, kind, child),
    parentKey(tenant, child, kind, parent),
  ]);
  await registry.batchWrite([], keys);
}

/** The children of an object, sorted by kind and then by id. */
export const childrenOf = (registry: Table, tenant: string, id: string, kind?: ChildKind): AsyncGenerator<Link> =>
  links(registry, tenant, id, kind === undefined ? 'CHILD#' : `CHILD#${kind}#`);

/** The parents of an object, sorted by kind and then by id. */
export const parentsOf = (registry: Table, tenant: string, id: string): AsyncGenerator<Link> =>
  links(registry, tenant, id, 'PARENT#');

async function* links(registry: Table, tenant: string, id: string, prefix: string): AsyncGenerator<Link> {
  const where = withPrefix(objectPartition(tenant, id), prefix);
  for await (const item of growingPages(registry, { where })) {
    const link = linkOf(String(item.sk));
    const hasEnded = item.e === true;
    if (link === undefined || hasEnded) continue;
    // a creation that was cut short leaves a link that leads nowhere
    if (item.g === true && (await registry.get(objectKey(tenant, link.id))) === undefined) continue;
    yield link;
  }
}

/** Reads `CHILD#<kind>#<id>` or `PARENT#<kind>#<id>`. Ids are digits, so nothing in them is escaped. */
function linkOf(sortKey: string): Link | undefined {
  const [, kind, id] = sortKey.split('#');
  const known = CHILD_KINDS.find((candidate) => candidate === kind);
  return known === undefined || id === undefined ? undefined : { kind: known, id };
}
