import { printJson } from '../../base/exact-json';
import { isoOf } from '../../base/instant';
import type { JsonObject } from '../../base/json';
import type { Result } from '../../base/result';
import { DUE_INDEX, duePartition, objectKey } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { ConditionFailed, Expression, Table } from '../../storage/table';
import { type ObjectRecord, recordOf } from '../inventory/object-items';

/**
 * A change to what the platform knows about a device's availability. It is stored in the device's object, so that one
 * write is enough.
 */
export interface LifeChange {
  /** Members of the object; `null` removes one. */
  readonly members: { readonly [name: string]: JsonObject | null };
  readonly asOf: string;
  /**
   * Minutes within which a sign of life is required from now on; `null` removes the requirement. When left out, it
   * stays.
   */
  readonly responseInterval?: number | null;
  /** When silence becomes unavailability, ms since the epoch; `null` for never. When left out, it stays. */
  readonly due?: number | null;
}

/**
 * One conditional write and no read. With `onlyListed` nothing is written when a member would bring the object into a
 * list. Returns the object as it was before. Attributes: q = minutes within which a sign
 * of life is required, duePk and dueAt = place in the index of due devices.
 */
export async function changeLife(
  registry: Table,
  tenant: string,
  id: string,
  change: LifeChange & { readonly onlyListed: boolean },
  condition: Expression,
): Promise<Result<ObjectRecord, ConditionFailed>> {
  const there = Object.values(change.members).map((value, index) =>
    value === null || !change.onlyListed ? '' : ` AND attribute_exists(#f.#m${index})`,
  );
  const text = condition.text + there.join('');
  const update = updateOf(tenant, id, change);
  const done = await registry.update(objectKey(tenant, id), update, { ...condition, text }, 'ALL_OLD');
  return done.ok ? { ok: true, value: recordOf(id, done.value) } : done;
}

function updateOf(tenant: string, id: string, { members, asOf, responseInterval, due }: LifeChange): Expression {
  const names: Record<string, string> = { '#f': 'f', '#a': 'a' };
  const values: Record<string, unknown> = { ':as': asOf };
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [index, [name, value]] of Object.entries(members).entries()) {
    names[`#m${index}`] = name;
    sets.push(`#a.#m${index} = :as`);
    if (value === null) removes.push(`#f.#m${index}`);
    else {
      values[`:m${index}`] = printJson(value);
      sets.push(`#f.#m${index} = :m${index}`);
    }
  }
  const put = (attribute: string, value: unknown): void => {
    if (value === undefined) return;
    if (value === null) removes.push(attribute);
    else {
      values[`:${attribute}`] = value;
      sets.push(`${attribute} = :${attribute}`);
    }
  };
  put('q', responseInterval);
  put('duePk', due && duePartition(tenant, 'availability'));
  put('dueAt', due && dueAtOf(due, id));
  return { text: `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`, names, values };
}

/**
 * Condition of a sign of life: the requirement is the one that the writer knows, and nothing newer is stored for the
 * member.
 */
export const stillRequired = (responseInterval: number, member: string, asOf: string): Expression => ({
  text: 'q = :q0 AND (attribute_not_exists(#a.#member) OR #a.#member <= :as0)',
  names: { '#member': member },
  values: { ':q0': responseInterval, ':as0': asOf },
});

/** Condition: the device is watched with this interval, and nothing is known of its connection. */
export const unknownConnection = (responseInterval: number, member: string, resting: JsonObject): Expression => ({
  text: 'q = :q0 AND (attribute_not_exists(#f.#member) OR #f.#member = :resting)',
  names: { '#member': member },
  values: { ':q0': responseInterval, ':resting': printJson(resting) },
});

/** Condition: the object is still due at the time with which it was found. */
export const stillDue = (dueAt: string): Expression => ({ text: 'dueAt = :seen', values: { ':seen': dueAt } });

/** Takes an object out of the index of due devices, unless a sign of life has moved it. */
export async function settleDue(registry: Table, tenant: string, id: string, dueAt: string): Promise<void> {
  await registry.update(objectKey(tenant, id), { text: 'REMOVE duePk, dueAt' }, stillDue(dueAt));
}

/** Sorts by time as text. The id makes it unique. */
const dueAtOf = (due: number, id: string): string => `${isoOf(due)}#${id}`;

/** A device that has been silent for too long. */
export interface DueDevice {
  readonly id: string;
  /** The stored value. A writer uses it in a condition, to be sure that nothing has changed. */
  readonly dueAt: string;
  /** ms since the epoch. */
  readonly due: number;
}

/** The devices that are due, the longest silent first. It is a query of the sparse index. */
export async function* dueDevices(registry: Table, tenant: string, now: number): AsyncGenerator<DueDevice> {
  const where = {
    text: 'duePk = :pk AND dueAt < :now',
    values: { ':pk': duePartition(tenant, 'availability'), ':now': isoOf(now) },
  };
  for await (const { dueAt } of growingPages(registry, { index: DUE_INDEX, where })) {
    const [time = '', id = ''] = String(dueAt).split('#');
    yield { id, dueAt: String(dueAt), due: Date.parse(time) };
  }
}
