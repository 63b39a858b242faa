import { eachAtOnce } from '../../base/at-once';
import type { ChildKind } from '../../storage/keys';
import { collect } from '../../storage/pages';
import type { Table } from '../../storage/table';
import { type ExternalIdRecord, externalIdsOf } from './external-id-items';
import { childrenOf, parentsOf, unlink, unlinkAll } from './link-items';

/** A link in the hierarchy, seen from neither end. */
export interface TreeLink {
  readonly parent: string;
  readonly kind: ChildKind;
  readonly child: string;
}

const READ_AT_ONCE = 25;

/**
 * All links below an object, level by level, its own children first. An object that can be reached in two ways is looked
 * at once, so a circle ends too.
 */
export async function linksBelow(registry: Table, tenant: string, root: string): Promise<TreeLink[][]> {
  const seen = new Set([root]);
  const levels: TreeLink[][] = [];
  for (let parents = [root]; parents.length > 0; ) {
    const links: TreeLink[] = [];
    await eachAtOnce(parents, READ_AT_ONCE, async (parent) => {
      for (const { kind, id } of await collect(childrenOf(registry, tenant, parent))) {
        links.push({ parent, kind, child: id });
      }
    });
    if (links.length > 0) levels.push(links);
    parents = [...new Set(links.map(({ child }) => child))].filter((id) => !seen.has(id));
    for (const id of parents) seen.add(id);
  }
  return levels;
}

/** The external ids that a deletion frees: those of the object, and with `cascade` of everything below it. */
export async function namesToGo(
  registry: Table,
  tenant: string,
  root: string,
  cascade: boolean,
): Promise<ExternalIdRecord[]> {
  const levels = cascade ? await linksBelow(registry, tenant, root) : [];
  const names: ExternalIdRecord[] = [];
  await eachAtOnce(new Set([root, ...levels.flat().map(({ child }) => child)]), READ_AT_ONCE, async (id) => {
    names.push(...(await collect(externalIdsOf(registry, tenant, id))));
  });
  return names;
}

/** Removes the links of an object to its children and to its parents. */
export async function unlinkFromAll(registry: Table, tenant: string, id: string): Promise<void> {
  const children = await collect(childrenOf(registry, tenant, id));
  await unlinkAll(
    registry,
    tenant,
    children.map((child) => ({ parent: id, kind: child.kind, child: child.id })),
  );
  for (const parent of await collect(parentsOf(registry, tenant, id))) {
    await unlink(registry, tenant, parent.id, parent.kind, id);
  }
}

/** Whether an object is another one or below it. It costs one query for each object on the way up. */
export async function isBelow(registry: Table, tenant: string, id: string, ancestor: string): Promise<boolean> {
  const seen = new Set<string>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === ancestor) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...(await collect(parentsOf(registry, tenant, next))).map((parent) => parent.id));
  }
  return false;
}
