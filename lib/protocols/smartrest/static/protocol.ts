import type { Command } from '../../../platform/commands';
import {
  CHILD,
  type DecodedRow,
  EVERY_MODE,
  type Protocol,
  type ReplyRows,
  type RowReply,
  type SpelledRefusal,
} from '../../protocol';
import { hasForbiddenCharacter, parseRows, payloadFault, type Row, readText } from '../csv';
import { errorRow } from '../error-row';
import { characterRefusal, payloadRefusal, publishRefusal, refusal, spell } from '../refusals';
import { TEMPLATE_CATALOGUE } from './catalogue';
import { replyRow, staticRows } from './downlink';
import { PUBLISH_TEMPLATES } from './templates/publish-templates';
import type { DecodeContext } from './templates/template';

/** The topic of replies and operations. */
const DOWNLINK = 's/ds';
/** The topic of error rows. */
const ERRORS = 's/e';

const titles: ReadonlyMap<string, string> = new Map(TEMPLATE_CATALOGUE.map(({ id, title }) => [id, title]));

/** The static templates of SmartREST 2.0: rows with a fixed meaning for what most devices do. */
export const smartRestStatic: Protocol = {
  uplinks: [
    {
      name: 'static',
      description: 'SmartREST static templates of the device itself',
      modes: EVERY_MODE,
      levels: ['us'],
    },
    {
      name: 'static_child',
      description: 'SmartREST static templates for a child device or service',
      modes: EVERY_MODE,
      levels: ['us', { param: CHILD, rest: true }],
    },
  ],
  downlinks: [
    { levels: ['s', 'ds'], carriesOperations: true },
    { levels: ['s', 'e'], carriesOperations: false },
  ],
  decode: (payload, address) => decodeStatic(readText(payload), address),
  refusePublish: (fault) =>
    publishRefusal(fault, 'SmartREST rows on s/us (t/us, q/us, c/us for the other modes), s/us/<childId> for a child'),
  spell,
  writeReply,
  writeOperation: (operation) => [{ topic: DOWNLINK, rows: staticRows(operation) }],
  titleOf: (template) => titles.get(template),
};

/** Answers and pending operations go out at once; refusals only to a device that listens for them. */
function writeReply(rows: readonly RowReply[]): readonly ReplyRows[] {
  const answers: string[][] = [];
  const pending: (readonly string[])[] = [];
  const errors: string[][] = [];
  for (const row of rows) {
    if ('refusal' in row) errors.push([errorRow(row.refusal.code, row.template, row.refusal.text)]);
    else if (row.reply.kind !== 'pendingOperations') answers.push([replyRow(row.reply)]);
    else pending.push(...row.reply.operations.map(staticRows));
  }
  return [
    { topic: DOWNLINK, groups: answers, onlyIfSubscribed: false },
    { topic: DOWNLINK, groups: pending, onlyIfSubscribed: false },
    { topic: ERRORS, groups: errors, onlyIfSubscribed: true },
  ];
}

/**
 * The rows of a publish on a static topic (`s/us` and relatives) as commands, in order. A bad row is refused by itself
 * (docs/reference/static-templates.md#rows-are-independent). A payload that holds no rows at all gives one refused row
 * without template. Never throws. `text` comes from `readText`.
 */
export function decodeStatic(text: string, ctx: DecodeContext): DecodedRow[] {
  const fault = payloadFault(text);
  if (fault !== undefined) return [{ row: 1, template: '', ok: false, refusal: payloadRefusal(fault) }];
  const suspicious = hasForbiddenCharacter(text);
  return parseRows(text).map((row) => decodeRow(row, suspicious, ctx));
}

function decodeRow(row: Row, suspicious: boolean, ctx: DecodeContext): DecodedRow {
  const id = row.fields[0] ?? '';
  const result = commandsOf(row, id, suspicious, ctx);
  return 'code' in result
    ? { row: row.line, template: id, ok: false, refusal: result }
    : { row: row.line, template: id, ok: true, commands: result };
}

function commandsOf(
  row: Row,
  id: string,
  suspicious: boolean,
  ctx: DecodeContext,
): readonly Command[] | SpelledRefusal {
  if (suspicious && row.fields.some(hasForbiddenCharacter)) return characterRefusal(row.fields);
  if (row.malformed !== undefined) {
    return refusal(42, `The row is malformed: ${row.malformed}`, 'close every quote, and write quotes inside as \\"');
  }
  const template = PUBLISH_TEMPLATES.get(id);
  if (template === undefined) {
    return refusal(
      40,
      'No static template for this message id',
      'see docs/reference/static-templates.md, or send 602 for the list',
    );
  }
  return template.decode(row.fields, ctx);
}
