import type { Clock } from '../../base/clock';
import { printJson } from '../../base/exact-json';
import { OVERTAKEN, versioned } from '../../storage/versioned';
import type { AsOf } from '../model';
import type { AlarmItems } from './items';
import { listingOf, parseSlot, sameDraft, slotBody } from './records';
import { type AlarmSlot, alarmOf, type SlotState, stateOf, withIds } from './slot';

/** What a change made of a slot. Without one, `slot` is what is stored. */
export interface SlotChange {
  readonly old: AlarmSlot;
  readonly slot: AlarmSlot;
  readonly written: boolean;
}

/** The slots of alarm types: one read, and one write under the version for a change. */
export class AlarmSlots {
  constructor(
    private readonly items: AlarmItems,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads a slot, changes it, writes the closed alarms that it does not hold any more, and then the slot. It starts again
   * when another writer was faster. `change` gives undefined when there is nothing to change.
   */
  async change(
    tenant: string,
    device: string,
    type: string,
    change: (slot: AlarmSlot) => AlarmSlot | undefined,
  ): Promise<SlotChange> {
    return versioned(this.clock, `alarm ${type} of device ${device}`, async () => {
      const stored = await this.items.slot(tenant, device, type);
      const old = parseSlot(stored);
      const changed = change(old);
      if (changed === undefined) return { old, slot: old, written: false };
      const slot = withIds(changed, device, type);
      const state = stateOf(slot);
      await this.writeClosed(tenant, device, type, { before: stateOf(old), after: state }, old.base.latest.raise);
      const item = { type, version: (stored?.version ?? 0) + 1, body: slotBody(slot) };
      if (!(await this.items.writeSlot(tenant, device, item, listingOf(state.current)))) return OVERTAKEN;
      return { old, slot, written: true };
    });
  }

  /**
   * Writes the alarms that have been replaced, and removes those that are not any more. One whose raise is not newer than
   * the settled ones may be there since long ago, with all that happened to it, and then it stays as it is.
   */
  private async writeClosed(
    tenant: string,
    device: string,
    type: string,
    { before, after }: { readonly before: SlotState; readonly after: SlotState },
    settled: AsOf | undefined,
  ): Promise<void> {
    for (const draft of after.closed) {
      if (draft.id === undefined || before.closed.some((known) => sameDraft(known, draft))) continue;
      const body = printJson(alarmOf(draft, device, type));
      const { creationTime, id, raised } = draft;
      const onlyNew = settled !== undefined && raised <= settled;
      await this.items.writeClosed(tenant, device, { id, type, body }, { id, creationTime }, { onlyNew });
    }
    const kept = new Set(after.closed.map(({ id }) => id));
    for (const { id } of before.closed) {
      if (id !== undefined && !kept.has(id)) await this.items.removeClosed(tenant, device, id);
    }
  }
}
