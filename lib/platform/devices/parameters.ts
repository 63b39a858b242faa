import { isDeepStrictEqual } from 'node:util';
import { defined } from '../../base/defined';
import { type JsonObject, own } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { OVERTAKEN, type Overtaken, versioned } from '../../storage/versioned';
import type { Call, ReadingCall, RegistryDeps } from '../call';
import type { Inventory } from '../inventory/inventory';
import { replaceMembers } from '../inventory/member-items';
import { mergeMembers, withMerge } from '../inventory/member-merge';
import { getObject } from '../inventory/object-items';
import { managedObjectOf, objectChange, writableMembers } from '../inventory/object-members';
import { enterLists, leaveLists } from '../inventory/object-updates';
import { REQUIREMENT } from '../inventory/requirement';
import { asOf, millisOf } from '../journal';
import type { DeviceRef, Origin } from '../model';
import type { Events } from '../readings/events';
import type { Refusal } from '../refusal';
import {
  detections,
  type ParameterJournal,
  type ParameterReport,
  parameterJournalOf,
  parametersText,
  reported,
  withIdle,
} from './parameter-journal';

const EVENT_TYPE = 'c8y_ParameterUpdate';
const DEFAULT_TEXT = 'Parameters were updated';

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
    private readonly events: Pick<Events, 'create' | 'decide'>,
    private readonly inventory: Pick<Inventory, 'changeRequirement'>,
  ) {}

  /**
   * Writes the values and makes the event. It costs one read and one write of the object beside the event. With
   * `onlyIfChanged` the object keeps what was decided and why, so that a retry decides the same, and an older message
   * that arrives later decides again. Refused when the device was deleted meanwhile.
   */
  async update(call: ReadingCall, device: DeviceRef, update: ParameterUpdate): Promise<Result<void, Refusal>> {
    const writable = writableMembers(update.fragments);
    if (!writable.ok) return writable;
    const { [REQUIREMENT]: requirement, ...values } = writable.value;
    const written = await versioned(this.deps.clock, `parameters of ${device.serial}`, () =>
      this.write(call, device, values, reportOf(call, update)),
    );
    if (!written.ok) return written;
    const made = this.makeEvents(call, device, update, written.value);
    if (!made.ok) return made;
    if (requirement === undefined) return ok(undefined);
    const required = await this.inventory.changeRequirement(call, device.id, { kind: 'within', value: requirement });
    return required.ok ? ok(undefined) : required;
  }

  private async write(
    call: ReadingCall,
    device: DeviceRef,
    values: JsonObject,
    report: ParameterReport,
  ): Promise<Result<Written, Refusal> | Overtaken> {
    const { registry } = this.deps;
    const { tenant } = call.origin;
    const read = await getObject(registry, tenant, device.id);
    if (read === undefined) {
      return fail({ kind: 'notFound', reason: 'deviceGone', subject: 'managedObject', serial: device.serial });
    }
    const before = parameterJournalOf(read);
    const { journal, isNew } = reported(before, read, report);
    const merge = mergeMembers(read, values, report.asOf);
    const isChanged = Object.entries(merge.set).some(
      ([name, value]) => !isDeepStrictEqual(value, own(read.members, name)),
    );
    // a try before may have ended after the journal and before the last value
    await enterLists(this.deps, tenant, read, { set: merge.set, asOf: report.asOf });
    if (isNew || isChanged) {
      const after = withMerge(read, merge);
      const text = isNew ? parametersText(withIdle(journal, before, { before: read, after, report })) : undefined;
      if (!(await replaceMembers(registry, tenant, read, merge, text))) return OVERTAKEN;
    }
    await leaveLists(registry, tenant, read, { set: merge.set, remove: [], asOf: report.asOf });
    if (isChanged) call.effects.changed(objectChange('UPDATE', managedObjectOf(withMerge(read, merge))));
    return ok({ before, journal, isNew });
  }

  /**
   * The event of this row, and those of later rows with changeDetect, about which this one may decide otherwise. The
   * version of the journal is the number of the decision.
   */
  private makeEvents(
    call: ReadingCall,
    device: DeviceRef,
    { text, time, fragments, onlyIfChanged }: ParameterUpdate,
    { before, journal, isNew }: Written,
  ): Result<void, Refusal> {
    const at = asOf(call.origin);
    if (!onlyIfChanged) {
      const event = defined({ type: EVENT_TYPE, text: text ?? DEFAULT_TEXT, time, fragments });
      const made = this.events.create(call, device, event);
      if (!made.ok) return made;
    }
    const known = new Map(detections(before, at).map(({ report, changes }) => [report.asOf, changes]));
    for (const { report, changes } of detections(journal, at)) {
      if (report.detect === undefined) continue;
      const isOwn = report.asOf === at;
      // a row that arrives in order and changes nothing has no event that could be taken back
      if (isOwn && isNew && !changes) continue;
      const { messageId, mode = 'PERSISTENT', ...words } = report.detect;
      const input = { type: EVENT_TYPE, ...words, fragments: report.fragments };
      const isNews = isNew && changes !== (known.get(report.asOf) ?? false);
      const decided = { exists: changes, decision: journal.version, isNews };
      this.events.decide({ ...call, origin: originOf(call, report, { messageId, mode }) }, device, input, decided);
    }
    return ok(undefined);
  }
}

/** What a report did to the journal. */
interface Written {
  readonly before: ParameterJournal;
  readonly journal: ParameterJournal;
  readonly isNew: boolean;
}

function reportOf({ origin }: Call, { fragments, onlyIfChanged, text, time }: ParameterUpdate): ParameterReport {
  const report = { kind: 'report', asOf: asOf(origin), fragments } as const;
  if (!onlyIfChanged) return report;
  const { messageId, mode } = origin;
  const unusual = mode === 'PERSISTENT' ? undefined : mode;
  return { ...report, detect: defined({ text: text ?? DEFAULT_TEXT, time, messageId, mode: unusual }) };
}

/** The origin that a report came with. */
function originOf(
  { origin }: Call,
  { asOf: at }: ParameterReport,
  { messageId, mode }: Pick<Origin, 'messageId' | 'mode'>,
): Origin {
  const row = Number.parseInt(at.slice(at.lastIndexOf('-') + 1), 36);
  return { ...origin, receivedAt: millisOf(at), messageId, mode, row };
}
