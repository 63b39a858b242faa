import { OVERTAKEN, versioned } from '../../storage/versioned';
import type { Call, RegistryDeps } from '../call';
import type { SoftwareItem } from '../commands';
import type { Inventory } from '../inventory/inventory';
import { asOf, fold, insert, type Journal, millisOf, type Stamped, settle } from '../journal';
import type { AsOf, DeviceRef, Origin } from '../model';
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
 */
export class Software {
  constructor(
    private readonly deps: RegistryDeps,
    private readonly inventory: Pick<Inventory, 'create' | 'addChild' | 'updateFragments' | 'delete'>,
  ) {}

  /** Replaces the list, or adds or removes entries. */
  async change(
    call: Call,
    device: DeviceRef,
    { change, items }: Pick<SoftwareEvent, 'change' | 'items'>,
  ): Promise<void> {
    const { tenant } = call.origin;
    const event: SoftwareEvent = { asOf: asOf(call.origin), change, items };
    await versioned(this.deps.clock, `software list of ${device.serial}`, async () => {
      const stored = await readSoftware(this.deps.registry, tenant, device.id);
      const before = stored === undefined ? EMPTY : parseJournal(stored);
      const journal = withEvent(before, event);
      const listId = stored?.listId ?? (await this.createList(call));
      const linked = stored?.linked ?? false;
      const next = { version: (stored?.version ?? 0) + 1, listId, journal: JSON.stringify(journal), linked };
      const written = journal === before || (await writeSoftware(this.deps.registry, tenant, device.id, next));
      if (written) {
        await this.show(call, listId, journal);
        if (!linked) await this.link(call, device, listId);
        return;
      }
      if (stored === undefined) await this.inventory.delete(call, listId);
      return OVERTAKEN;
    });
  }

  private async createList(call: Call): Promise<string> {
    const created = await this.inventory.create(call, { fragments: { type: LIST_TYPE, name: LIST_TYPE } });
    if (!created.ok) throw new Error(`software list: ${created.error.reason}`);
    return created.value.id;
  }

  private async show(call: Call, listId: string, journal: SoftwareJournal): Promise<void> {
    const newest = journal.events.at(-1)?.asOf ?? asOf(call.origin);
    const { items, late } = fold(journal, step);
    const set = { [LIST_FRAGMENT]: items.map((item) => ({ ...item })) };
    const shown: Call = { ...call, origin: shownAs(call.origin, newest, late) };
    await this.inventory.updateFragments(shown, listId, { set, remove: [] });
  }

  /** Links the list to the device. After a crash before this step, the next change does it. */
  private async link(call: Call, device: DeviceRef, listId: string): Promise<void> {
    const linked = await this.inventory.addChild(call, device.id, 'childAdditions', listId);
    if (!linked.ok) throw new Error(`software list of ${device.serial}: ${linked.error.reason}`);
    await markLinked(this.deps.registry, call.origin.tenant, device.id);
  }
}

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

const parseJournal = ({ journal }: SoftwareRecord): SoftwareJournal => JSON.parse(journal);
