import { isLargerThan, parseJson, printJson } from '../../base/exact-json';
import { fail, ok, type Result } from '../../base/result';
import { OVERTAKEN, versioned } from '../../storage/versioned';
import type { Call, RegistryDeps } from '../call';
import type { SoftwareItem } from '../commands';
import type { Inventory } from '../inventory/inventory';
import { newObjectId } from '../inventory/object-id';
import { CREATED } from '../inventory/object-items';
import { asOf, fold, insert, type Journal, millisOf, type Stamped, settle } from '../journal';
import { MAX_RECORD_BYTES, tooLarge } from '../limits';
import type { AsOf, DeviceRef, Origin } from '../model';
import type { Refusal } from '../refusal';
import { markLinked, readSoftware, type SoftwareRecord, writeSoftware } from './software-items';

/** The child addition that shows a device's list (docs/reference/static-templates.md#advanced-software-list). */
const LIST_TYPE = 'c8y_InstalledSoftwareList';
const LIST_FRAGMENT = 'c8y_SoftwareList';

type SoftwareEvent = Stamped & {
  readonly change: 'replace' | 'append' | 'remove';
  readonly items: readonly SoftwareItem[];
};
interface SoftwareState {
  readonly items: readonly SoftwareItem[];
  /** How many events arrived after a newer one; `shownAs` uses it. */
  readonly late: number;
}
type SoftwareJournal = Journal<SoftwareState, SoftwareEvent>;
const EMPTY: SoftwareJournal = { base: { items: [], late: 0 }, events: [] };

/**
 * Advanced software lists (docs/reference/static-templates.md#advanced-software-list). Changes build on each other, so
 * they are kept in a journal and folded in broker order. The list is shown in a child addition of the device. A change
 * costs one read and two writes.
 *
 * The journal names its list object before that exists, and nothing here deletes an object. So whatever call is lost,
 * the next change, or the same one again, finds in the journal what there has to be and completes it.
 */
export class Software {
  constructor(
    private readonly deps: RegistryDeps,
    private readonly inventory: Pick<Inventory, 'get' | 'insert' | 'addChild' | 'updateFragments'>,
  ) {}

  /** Replaces the list, or adds or removes entries. Refused when the device was deleted meanwhile. */
  async change(
    call: Call,
    device: DeviceRef,
    { change, items }: Pick<SoftwareEvent, 'change' | 'items'>,
  ): Promise<Result<void, Refusal>> {
    const { tenant } = call.origin;
    const event: SoftwareEvent = { asOf: asOf(call.origin), change, items };
    return versioned(this.deps.clock, `software list of ${device.serial}`, async () => {
      const stored = await readSoftware(this.deps.registry, tenant, device.id);
      if (stored === undefined && (await this.inventory.get(tenant, device.id)) === undefined) return gone(device);
      const before = stored === undefined ? EMPTY : parseJournal(stored);
      const journal = withEvent(before, event);
      const { items: listed } = fold(journal, step);
      const list = listed.map((item) => ({ ...item }));
      if (isLargerThan(list, MAX_RECORD_BYTES)) return fail(tooLarge('managedObject', MAX_RECORD_BYTES));
      const next = { ...(stored ?? this.newRecord()), journal: printJson(journal) };
      if (journal !== before && !(await this.write(tenant, device, next))) return OVERTAKEN;
      if (!next.linked && !(await this.createList(call, next.listId))) {
        // the id belongs to another object: the next try takes a new one
        await this.write(tenant, device, { ...this.newRecord(), journal: next.journal, version: next.version + 1 });
        return OVERTAKEN;
      }
      return this.complete(call, device, next, journal);
    });
  }

  private newRecord(): Omit<SoftwareRecord, 'journal'> {
    return { version: 0, listId: newObjectId(this.deps.clock), linked: false };
  }

  private write(tenant: string, device: DeviceRef, record: SoftwareRecord): Promise<boolean> {
    return writeSoftware(this.deps.registry, tenant, device.id, { ...record, version: record.version + 1 });
  }

  /** Shows the list and links its object. A list object that somebody has deleted is made again under the same id. */
  private async complete(
    call: Call,
    device: DeviceRef,
    { listId, linked }: SoftwareRecord,
    journal: SoftwareJournal,
  ): Promise<Result<void, Refusal>> {
    if (!(await this.show(call, listId, journal))) {
      if ((await this.inventory.get(call.origin.tenant, device.id)) === undefined) return gone(device);
      await this.createList(call, listId);
      await this.show(call, listId, journal);
    } else if (linked) return ok(undefined);
    const done = await this.inventory.addChild(call, device.id, 'childAdditions', listId);
    if (!done.ok) return gone(device);
    await markLinked(this.deps.registry, call.origin.tenant, device.id);
    return ok(undefined);
  }

  /** Makes the list object, unless it is there. False when another object has its id. */
  private async createList(call: Call, listId: string): Promise<boolean> {
    const { user, receivedAt, tenant } = call.origin;
    const made = await this.inventory.insert(call, {
      id: listId,
      owner: user,
      createdAt: receivedAt,
      members: { type: LIST_TYPE, name: LIST_TYPE },
      asOf: { type: CREATED, name: CREATED },
    });
    if (made) return true;
    return (await this.inventory.get(tenant, listId))?.fragments.type === LIST_TYPE;
  }

  /** Writes the list into its object. False when there is no such object. */
  private async show(call: Call, listId: string, journal: SoftwareJournal): Promise<boolean> {
    const newest = journal.events.at(-1)?.asOf ?? asOf(call.origin);
    const { items, late } = fold(journal, step);
    const set = { [LIST_FRAGMENT]: items.map((item) => ({ ...item })) };
    const shown: Call = { ...call, origin: shownAs(call.origin, newest, late) };
    const done = await this.inventory.updateFragments(shown, listId, { set, remove: [] });
    if (done.ok || done.error.kind === 'notFound') return done.ok;
    throw new Error(`software list ${listId}: ${done.error.reason}`);
  }
}

const gone = ({ serial }: DeviceRef): Result<never, Refusal> =>
  fail({ kind: 'notFound', reason: 'deviceGone', subject: 'managedObject', serial });

function withEvent(journal: SoftwareJournal, event: SoftwareEvent): SoftwareJournal {
  const inserted = insert(journal, event);
  if (inserted === undefined) return journal;
  const isLate = inserted.events.at(-1) !== event;
  const counted = isLate ? { ...inserted, base: { ...inserted.base, late: inserted.base.late + 1 } } : inserted;
  return settle(counted, step);
}

function step(state: SoftwareState, { change, items }: SoftwareEvent): SoftwareState {
  const named = new Set(items.map(({ name, version }) => `${name}\n${version}`));
  const others = state.items.filter(({ name, version }) => !named.has(`${name}\n${version}`));
  switch (change) {
    case 'replace':
      return { ...state, items };
    case 'append':
      return { ...state, items: [...others, ...items] };
    case 'remove':
      return { ...state, items: others };
  }
}

/**
 * The origin under which the folded list is written: the as-of of its newest event, moved by one row for each late
 * event. So a writer that knew fewer events cannot overwrite this list.
 */
function shownAs(origin: Origin, newest: AsOf, late: number): Origin {
  const [, messageId = '', row = ''] = /^\d{13}-(.*)-([0-9a-z]+)$/.exec(newest) ?? [];
  return { ...origin, receivedAt: millisOf(newest), messageId, row: Number.parseInt(row, 36) + late };
}

const parseJournal = ({ journal }: SoftwareRecord): SoftwareJournal => parseJson<SoftwareJournal>(journal);
