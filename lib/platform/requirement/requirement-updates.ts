import { printJson } from '../../base/exact-json';
import type { Json } from '../../base/json';
import { fail, ok, type Result } from '../../base/result';
import { OVERTAKEN, type Overtaken, tryVersioned } from '../../storage/versioned';
import type { Call, RegistryDeps } from '../call';
import { getObject, type ObjectRecord } from '../inventory/object-items';
import { managedObjectOf, objectChange } from '../inventory/object-members';
import { applied, enterLists, type FragmentUpdate, leaveLists } from '../inventory/object-updates';
import { REQUIREMENT } from '../inventory/requirement';
import { asOf, insert, settle } from '../journal';
import { notFound, type Refusal } from '../refusal';
import { writeRequirement } from './requirement-items';
import {
  type RequirementChange,
  type RequirementEvent,
  type RequirementState,
  requirementJournalOf,
  requirementOf,
  requirementStep,
} from './requirement-journal';

/** What came of a change: the object afterwards, and whether something has to follow from it. */
export interface RequirementOutcome {
  readonly record: ObjectRecord;
  readonly follows: boolean;
}

/** Takes the change of the requirement out of an update; undefined when the update has none. */
export function splitRequirement({ set, remove }: FragmentUpdate): {
  readonly change: RequirementChange | undefined;
  readonly others: FragmentUpdate;
} {
  const { [REQUIREMENT]: value, ...otherSet } = set;
  const others = { set: otherSet, remove: remove.filter((name) => name !== REQUIREMENT) };
  if (value !== undefined) return { change: { kind: 'set', value }, others };
  return { change: remove.includes(REQUIREMENT) ? { kind: 'remove' } : undefined, others };
}

/**
 * Puts a change of the requirement into its journal and writes what it comes to: one read and one write, and the place
 * in a list. Refused when there is no such object, and when too many others change it. A change that is delivered again
 * has to be followed again, because its first delivery may have ended here.
 */
export async function updateRequirement(
  { registry, clock }: RegistryDeps,
  call: Call,
  id: string,
  change: RequirementChange,
): Promise<Result<RequirementOutcome, Refusal>> {
  const { tenant } = call.origin;
  const event: RequirementEvent = { ...change, asOf: asOf(call.origin) };
  const done = await tryVersioned(clock, async (): Promise<Result<RequirementOutcome, Refusal> | Overtaken> => {
    const read = await getObject(registry, tenant, id);
    if (read === undefined) return fail(notFound('managedObject', id));
    const before = requirementJournalOf(read);
    const state = requirementOf(before);
    const inserted = insert(before, event);
    if (inserted === undefined) {
      await leaveLists(registry, tenant, read, memberChange(state, event.asOf));
      return ok({ record: read, follows: true });
    }
    const next = { version: before.version + 1, ...settle(inserted, requirementStep) };
    const after = requirementOf(next);
    const journal = printJson(next);
    const written = { journal, value: after.value, since: after.since ?? event.asOf };
    const changed = memberChange(after, written.since);
    await enterLists({ registry, clock }, tenant, read, changed);
    if (!(await writeRequirement(registry, tenant, read, written))) return OVERTAKEN;
    await leaveLists(registry, tenant, read, changed);
    const record = { ...applied(read, changed), requirement: journal };
    const differs = state.since !== after.since || !sameValue(state.value, after.value);
    // a try before, so long ago that the journal has forgotten it, may have ended here
    const follows = differs || after.since === event.asOf;
    if (follows) call.effects.changed(objectChange('UPDATE', managedObjectOf(record)));
    return ok({ record, follows });
  });
  return done.ok ? done.value : fail({ kind: 'conflict', reason: 'busy', subject: 'managedObject', id });
}

const memberChange = ({ value }: RequirementState, at: string) =>
  value === undefined
    ? { set: {}, remove: [REQUIREMENT], asOf: at }
    : { set: { [REQUIREMENT]: value }, remove: [], asOf: at };

const sameValue = (one: Json | undefined, other: Json | undefined): boolean => printJson(one) === printJson(other);
