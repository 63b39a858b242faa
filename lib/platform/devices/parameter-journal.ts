import { isDeepStrictEqual } from 'node:util';
import { parseJson, printJson } from '../../base/exact-json';
import { type Json, type JsonObject, own } from '../../base/json';
import type { ProcessingMode } from '../../changes/modes';
import { pathsOf, valueAt } from '../inventory/member-merge';
import type { ObjectRecord } from '../inventory/object-items';
import { insert, type Journal, type Stamped, settle } from '../journal';
import type { AsOf } from '../model';

/**
 * What is known of parameters over the last minutes, so that a row with changeDetect can tell whether it changed
 * something: not when it arrived, but in the order of the broker
 * (docs/reference/static-templates.md#device-parameters).
 */
export type ParameterEvent = Stamped &
  (
    | {
        readonly kind: 'report';
        readonly fragments: JsonObject;
        /** What makes the event of a row with changeDetect; absent for a row that makes its event anyway. */
        readonly detect?: {
          readonly text: string;
          readonly time?: string;
          readonly messageId: string;
          /** The processing mode of its message; PERSISTENT when it is absent. */
          readonly mode?: ProcessingMode;
        };
      }
    /** A value that the object had. `target` is its path. It has no value where the object had none. */
    | { readonly kind: 'seen'; readonly value?: Json }
  );
export type ParameterReport = Extract<ParameterEvent, { kind: 'report' }>;

/** Path → what is known to be there. A path that is missing is unknown. */
type Known = Readonly<Record<string, { readonly value?: Json }>>;
export type ParameterJournal = Journal<Known, ParameterEvent> & {
  /** Counts the reports, from 1. */
  readonly version: number;
  /** As-ofs of reports that changed nothing → the as-of of the last change before. They do not move `lastUpdated`. */
  readonly idle?: Readonly<Record<AsOf, AsOf>>;
};

const LIMITS = { events: 256, bytes: 32_000 } as const;

/** The journal of an object. */
export const parameterJournalOf = ({ parameters }: ObjectRecord): ParameterJournal =>
  // the text is written by `reported` alone
  parameters === undefined ? { version: 0, base: {}, events: [] } : parseJson<ParameterJournal>(parameters);

function step(known: Known, event: ParameterEvent): Known {
  if (event.kind === 'report') return { ...known, ...valuesOf(event) };
  const { target = '', value } = event;
  return { ...known, [target]: value === undefined ? {} : { value } };
}

const valuesOf = ({ fragments }: ParameterReport): Known =>
  Object.fromEntries([...pathsOf(fragments)].map(([path, value]) => [path, { value }]));

/**
 * The journal with a report, and with what the object holds of the same paths. `isNew` is false when the report is in it
 * already, because it is delivered again.
 */
export function reported(
  journal: ParameterJournal,
  record: ObjectRecord,
  report: ParameterReport,
): { readonly journal: ParameterJournal; readonly isNew: boolean } {
  const inserted = insert(journal, report);
  if (inserted === undefined) return { journal, isNew: false };
  let next: Journal<Known, ParameterEvent> = inserted;
  for (const path of pathsOf(report.fragments).keys()) {
    const { value, asOf } = valueAt(record, path);
    if (next.events.some((event) => event.asOf === asOf && event.kind === 'report')) continue;
    const seen: ParameterEvent = { kind: 'seen', asOf, target: path, ...(value !== undefined && { value }) };
    next = insert(next, seen) ?? next;
  }
  return { journal: { ...next, version: journal.version + 1 }, isNew: true };
}

/** The JSON of a journal. What is older than the journal's window is folded. */
export const parametersText = (journal: ParameterJournal): string =>
  printJson({
    version: journal.version,
    idle: journal.idle ?? {},
    ...settle(journal, step, LIMITS),
  } satisfies ParameterJournal);

/**
 * The journal after a report was written to an object, with the reports that changed nothing. `after` is the object with
 * the report in it.
 */
export function withIdle(
  journal: ParameterJournal,
  { idle = {} }: ParameterJournal,
  {
    before,
    after,
    report,
  }: { readonly before: ObjectRecord; readonly after: ObjectRecord; readonly report: ParameterReport },
): ParameterJournal {
  const decided = new Map(detections(journal, '').map(({ report: { asOf }, changes }) => [asOf, changes]));
  const shown = new Set(Object.values(after.asOf));
  const kept = Object.entries(idle).filter(([at]) => shown.has(at) && decided.get(at) !== true);
  if (decided.get(report.asOf) !== false) return { ...journal, idle: Object.fromEntries(kept) };
  const touched = Object.keys(report.fragments).map((name) => own(before.asOf, name) ?? '');
  const last =
    touched
      .map((at) => own(idle, at) ?? at)
      .sort()
      .at(-1) ?? '';
  return { ...journal, idle: { ...Object.fromEntries(kept), [report.asOf]: last } };
}

/**
 * The rows with changeDetect from a moment on, and whether each changes something in the order of the broker. A value of
 * which nothing is known counts as another one.
 */
export function detections(
  { base, events }: Pick<ParameterJournal, 'base' | 'events'>,
  from: AsOf,
): { readonly report: ParameterReport; readonly changes: boolean }[] {
  const found: ParameterReport[] = [];
  const made = new Set<string>();
  let known = base;
  for (const event of events) {
    if (event.kind === 'report' && event.detect !== undefined) {
      const before = known;
      const changes = Object.entries(valuesOf(event)).some(([path, now]) => !isDeepStrictEqual(before[path], now));
      if (changes) made.add(eventOf(event));
      found.push(event);
    }
    known = step(known, event);
  }
  return found.filter(({ asOf }) => asOf >= from).map((report) => ({ report, changes: made.has(eventOf(report)) }));
}

/** Rows with the same time and content make the same event (docs/reference/handling-of-ids.md#measurement-and-event-ids). */
const eventOf = ({ asOf, detect, fragments }: ParameterReport): string =>
  detect?.time === undefined ? asOf : printJson([detect.time, detect.text, fragments]);
