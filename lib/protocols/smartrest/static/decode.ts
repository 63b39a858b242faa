import type { Command } from '../../../platform/commands';
import type { DecodedRow, SpelledRefusal } from '../../protocol';
import { parseRows, type Row } from '../csv';
import { characterRefusal, hasForbiddenCharacter, payloadRefusal } from '../payload';
import { refusal } from '../refusals';
import { PUBLISH_TEMPLATES } from './templates';
import type { DecodeContext } from './templates/template';

/**
 * The rows of a publish on a static topic (`s/us` and relatives) as commands, in order. A bad row is refused by itself
 * (static-templates section 13 no. 13); a payload that holds no rows at all gives one refused row without template.
 * Never throws. `text` comes from `readText`.
 */
export function decodeStatic(text: string, ctx: DecodeContext): DecodedRow[] {
  const whole = payloadRefusal(text);
  if (whole !== undefined) return [{ row: 1, template: '', ok: false, refusal: whole }];
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
