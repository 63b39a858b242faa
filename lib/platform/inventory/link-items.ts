import { withPrefix } from '../../storage/key-conditions';
import { type ChildKind, childKey, objectPartition, parentKey } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { Table } from '../../storage/table';
import { getObject } from './object-items';

/** All ways in which one object can be below another. */
export const CHILD_KINDS: readonly ChildKind[] = ['childDevices', 'childAssets', 'childAdditions'];

/** A link between two objects, seen from one of them. */
export interface Link {
  readonly kind: ChildKind;
  /** The object at the other end. */
  readonly id: string;
}

/** Links a child to its parent, with one item in each partition. Linking again changes nothing. */
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
    if (link === undefined) continue;
    // a creation that was cut short leaves a link that leads nowhere
    if (item.g === true && (await getObject(registry, tenant, link.id)) === undefined) continue;
    yield link;
  }
}

/** Reads `CHILD#<kind>#<id>` or `PARENT#<kind>#<id>`. Ids are digits, so nothing in them is escaped. */
function linkOf(sortKey: string): Link | undefined {
  const [, kind, id] = sortKey.split('#');
  const known = CHILD_KINDS.find((candidate) => candidate === kind);
  return known === undefined || id === undefined ? undefined : { kind: known, id };
}
