import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../lib/base/json';
import { parseRows } from '../../lib/protocols/smartrest/csv';
import { errorRow } from '../../lib/protocols/smartrest/error-row';
import { decodeStatic } from '../../lib/protocols/smartrest/static/protocol';
import type { DecodeContext } from '../../lib/protocols/smartrest/static/templates/template';

/** An example that the tests send. `expect` is what happens then. */
export interface Example {
  readonly topic: string;
  readonly payload: string;
  /** What must exist before, in words. */
  readonly given?: string;
  readonly expect: readonly JsonObject[];
}

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = join(ROOT, 'test', 'protocols', 'smartrest', 'static', 'static-examples.json');
const DEVICE = 'TK-4711';

export const readExamples = (): readonly Example[] => JSON.parse(readFileSync(FILE, 'utf8'));

/** The templates of an example's rows. */
export const rowsOf = ({ payload }: Example): readonly string[] =>
  parseRows(payload).map(({ fields: [id = ''] }) => id);

/** The templates of the rows on `s/ds` that answer them. */
export const answersOf = ({ expect }: Example): readonly string[] =>
  expect.flatMap(({ send, line }) => (send === 's/ds' ? [String(line).slice(0, 3)] : []));

/** An example as lines of text: what must exist before, topic and rows, and what happens. */
export function exampleText(example: Example): string {
  const { topic, payload, given, expect } = example;
  const rows = `${topic}  ${payload.replaceAll('\n', '⏎')}`;
  // on s/ds the operation comes first, and the rows are sent because of it
  const lines = topic === 's/ds' ? [...expect.flatMap(resultLine), `  ${rows}`] : [rows, ...resultsOf(example)];
  return [...(given === undefined ? [] : [`given: ${given}`]), ...lines].join('\n');
}

const resultsOf = (example: Example): readonly string[] =>
  [...example.expect.flatMap(resultLine), ...refusals(example)].map((line) => `  ${line}`);

const isText = (value: Json | undefined): value is string => typeof value === 'string';

/** The error rows of rows that cannot be decoded. Refusals of the platform are written in the example itself. */
function refusals({ topic, payload }: Example): readonly string[] {
  const [, , child] = topic.split('/');
  const ctx: DecodeContext = { serial: child ?? DEVICE, receivedAt: 0 };
  return decodeStatic(payload, ctx).flatMap((row) =>
    row.ok ? [] : [`answers on s/e: ${errorRow(row.refusal.code, row.template, row.refusal.text)}`],
  );
}

const KINDS: Readonly<Record<string, string>> = {
  managedObject: 'the object',
  externalId: 'the external id',
  measurement: 'the measurement',
  event: 'the event',
  alarm: 'the alarm',
  operation: 'the operation',
};
const kindOf = (value: Json | undefined): string => KINDS[String(value)] ?? String(value);
const of = (entry: JsonObject): string => (entry.of === undefined ? '' : ` of ${entry.of}`);

const SOFTWARE_CHANGES: Readonly<Record<string, string>> = {
  POST: 'replaced by',
  PUT: 'extended by',
  DELETE: 'without',
};

/** One expectation as a line. */
function resultLine(entry: JsonObject): readonly string[] {
  if ('nothing' in entry) return ['changes nothing'];
  if ('error' in entry) return [`answers on s/e: ${isText(entry.line) ? entry.line : shapeOf(entry.pattern)}`];
  if ('send' in entry) return [`answers on s/ds: ${lineOf(entry.line)}`];
  if ('operation' in entry) return [operationLine(entry.operation)];
  if ('link' in entry) return [`puts ${entry.child} into ${entry.link} of ${entry.parent}`];
  if ('asm' in entry) return [`software list${of(entry)} ${SOFTWARE_CHANGES[String(entry.asm)]} ${json(entry.body)}`];
  if ('realtimeOnly' in entry)
    return [`tells, but does not store, ${kindOf(entry.realtimeOnly)}${of(entry)} ${json(entry.body)}`];
  if ('create' in entry) return [createdLine(entry)];
  if ('later' in entry) return [`sets on ${kindOf(entry.later)}${of(entry)} ${json(entry.set)}`];
  if ('update' in entry) return changedLines(entry);
  throw new Error(`no text for ${JSON.stringify(entry)}`);
}

/** A new operation is always PENDING, so the line leaves that out. */
function operationLine(operation: Json | undefined): string {
  const members = Object.entries(operation ?? {}).filter(([name]) => name !== 'status');
  return `a new operation ${json(Object.fromEntries(members))}`;
}

function createdLine(entry: JsonObject): string {
  const silent = entry.realtimeNotification === false ? ', which nobody is notified of' : '';
  return `creates ${kindOf(entry.create)}${of(entry)} ${json(entry.body)}${silent}`;
}

function changedLines(entry: JsonObject): readonly string[] {
  const { id, match, remove, set, unchanged } = entry;
  const which = match === undefined ? (id === undefined ? of(entry) : ` ${id}`) : ` ${json(match)}`;
  const object = `${kindOf(entry.update)}${which}`;
  return [
    ...(isFilled(set) ? [`sets on ${object} ${json(set)}`] : []),
    ...(isFilled(remove) ? [`removes from ${object} ${words(remove)}`] : []),
    ...(isFilled(unchanged) ? [`leaves ${words(unchanged)} as they were`] : []),
  ];
}

const isFilled = (value: Json | undefined): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;
const words = (value: Json | undefined): string => (Array.isArray(value) ? value.join(', ') : String(value));

/** JSON for the page. The tests leave two values open, and so does the page. */
const json = (value: Json | undefined): string =>
  JSON.stringify(value).replaceAll('"<unspecified>"', '"…"').replaceAll('"<empty>"', '""');

/** An error row whose text the examples leave open. They write it as `^[0-9]+,104,.+`. */
const shapeOf = (pattern: Json | undefined): string =>
  String(pattern).replace('^[0-9]+', '<code>').replace('.+', '<text>');

/** A row on `s/ds`. The version in 601 changes, and the examples have only the beginning of a 603 row. */
function lineOf(line: Json | undefined): string {
  const row = String(line);
  if (row.startsWith('601,')) return '601,<version>';
  return row.startsWith('603,') ? `${row},…` : row;
}
