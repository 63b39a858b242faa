import { isDeepStrictEqual } from 'node:util';
import { defined } from '../../base/defined';
import { type JsonObject, own } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { OVERTAKEN, versioned } from '../../storage/versioned';
import type { Call, ReadingCall, RegistryDeps } from '../call';
import { replaceMembers } from '../inventory/member-items';
import { mergeMembers } from '../inventory/member-merge';
import { getObject, type ObjectRecord } from '../inventory/object-items';
import { managedObjectOf, objectChange } from '../inventory/object-members';
import { enterLists, leaveLists } from '../inventory/object-updates';
import { asOf } from '../journal';
import type { DeviceRef } from '../model';
import type { Events } from '../readings/events';
import type { Refusal } from '../refusal';

const EVENT_TYPE = 'c8y_ParameterUpdate';

/** Parameters as a device reports them. */
export interface ParameterUpdate {
  readonly text?: string;
  readonly time?: string;
  /** Do nothing when the device's object has these values already. */
  readonly onlyIfChanged: boolean;
  readonly fragments: JsonObject;
}

/**
 * Device parameters. An event says what changed, and the device's object gets the same values
 * (docs/reference/static-templates.md#device-parameters).
 */
export class Parameters {
  constructor(
    private readonly deps: RegistryDeps,
    private readonly events: Pick<Events, 'create'>,
  ) {}

  /**
   * Writes the values and makes the event. It costs one read and one write of the object beside the event. Refused when
   * the device was deleted meanwhile.
   */
  async update(call: ReadingCall, device: DeviceRef, update: ParameterUpdate): Promise<Result<void, Refusal>> {
    const { fragments, onlyIfChanged, text, time } = update;
    const at = asOf(call.origin);
    return versioned(this.deps.clock, `parameters of ${device.serial}`, async () => {
      const read = await getObject(this.deps.registry, call.origin.tenant, device.id);
      if (read === undefined) {
        return fail({ kind: 'notFound', reason: 'deviceGone', subject: 'managedObject', serial: device.serial });
      }
      const merge = mergeMembers(read, fragments, at);
      const isChanged = Object.entries(merge.set).some(
        ([name, value]) => !isDeepStrictEqual(value, own(read.members, name)),
      );
      if (onlyIfChanged && !isChanged) return ok(undefined);
      const isNew = Object.keys(merge.set).length > 0;
      await enterLists(this.deps, call.origin.tenant, read, { set: merge.set, asOf: at });
      if (isNew && !(await replaceMembers(this.deps.registry, call.origin.tenant, read, merge))) return OVERTAKEN;
      await leaveLists(this.deps.registry, call.origin.tenant, read, { set: merge.set, remove: [], asOf: at });
      this.announce(call, read, merge.set, isChanged);
      const event = { type: EVENT_TYPE, text: text ?? 'Parameters were updated', time, fragments };
      const made = this.events.create(call, device, defined(event));
      return made.ok ? ok(undefined) : made;
    });
  }

  private announce(call: Call, read: ObjectRecord, set: JsonObject, isChanged: boolean): void {
    const object = managedObjectOf({ ...read, members: { ...read.members, ...set } });
    if (isChanged) call.effects.changed(objectChange('UPDATE', object));
  }
}
