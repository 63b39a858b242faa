/**
 * One row of a SmartREST payload (docs/reference/static-templates.md#rows-and-values and
 * docs/reference/static-templates.md#quotes-and-backslashes).
 *
 * The reader ends a row at a line feed outside quotes. It drops one carriage return before the line feed and skips
 * empty rows. An unquoted value loses blanks (space, tab) at both ends. It keeps everything else as it is, also a quote
 * inside. In a quoted value `\"` and `""` both mean one quote, and every other backslash is a backslash. The writer
 * quotes a value that the reader would change otherwise. It writes a quote as `\"` and leaves backslashes alone.
 *
 * Reading what was written gives the same rows for every value. A quoted value that ends in a backslash looks like an
 * escaped quote (`"C:\a,\"`). `closesDespiteBackslash` tells the two apart.
 */
export type Row =
  | { readonly line: number; readonly fields: readonly string[]; readonly malformed?: undefined }
  | { readonly line: number; readonly fields: readonly string[]; readonly malformed: string };

const LF = 10;
const CR = 13;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;

const isBlank = (code: number): boolean => code === 32 || code === 9;

/**
 * All non-empty rows of `text`; `line` counts them from 1. A row that cannot be read has the reason in `malformed` and
 * the fields before the fault. Reading goes on at the next line.
 */
export function parseRows(text: string): Row[] {
  return parsePlainRows(text) ?? new QuotedReader(text).rows();
}

/**
 * Reads a payload without quotes; undefined when it has one. Most payloads have none, and then a field is what stands
 * between two commas. Letters and digits have higher codes than the comma, so most characters cost one comparison.
 */
function parsePlainRows(text: string): Row[] | undefined {
  const rows: Row[] = [];
  let fields: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > COMMA) continue;
    if (code === COMMA) {
      fields.push(trimmed(text, from, at));
      from = at + 1;
    } else if (code === LF) {
      endRow(rows, fields, lastField(text, from, at));
      fields = [];
      from = at + 1;
    } else if (code === QUOTE) {
      return undefined;
    }
  }
  endRow(rows, fields, lastField(text, from, text.length));
  return rows;
}

/** Adds a row, unless it has one empty field only. */
function endRow(rows: Row[], fields: string[], last: string): void {
  if (last === '' && fields.length === 0) return;
  fields.push(last);
  rows.push({ line: rows.length + 1, fields });
}

/** The last field of a row, without the carriage return of the line end. */
const lastField = (text: string, from: number, to: number): string =>
  trimmed(text, from, to > from && text.charCodeAt(to - 1) === CR ? to - 1 : to);

function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let stop = to;
  while (start < stop && isBlank(text.charCodeAt(start))) start++;
  while (stop > start && isBlank(text.charCodeAt(stop - 1))) stop--;
  return text.slice(start, stop);
}

/** The full state machine; `at` is always the next character to read. */
class QuotedReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  rows(): Row[] {
    const rows: Row[] = [];
    while (this.#at < this.#text.length) {
      const row = this.#row(rows.length + 1);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  #row(line: number): Row | undefined {
    const fields: string[] = [];
    let quoted = false;
    for (;;) {
      this.#skipBlanks();
      if (this.#text.charCodeAt(this.#at) === QUOTE) {
        quoted = true;
        const opened = this.#at++;
        const value = this.#quotedField();
        if (value === undefined) return this.#malformed(line, fields, opened, 'a quoted value is not closed');
        this.#skipBlanks();
        if (!endsField(this.#text, this.#at)) {
          return this.#malformed(line, fields, opened, 'text follows a closing quote');
        }
        fields.push(value);
      } else {
        fields.push(this.#plainField());
      }
      if (this.#text.charCodeAt(this.#at) !== COMMA) break;
      this.#at++;
    }
    if (this.#text.charCodeAt(this.#at) === CR) this.#at++;
    this.#at++;
    return !quoted && fields.length === 1 && fields[0] === '' ? undefined : { line, fields };
  }

  /** Reading goes on at the line after the opening quote, so that a missing quote does not cost the rows below. */
  #malformed(line: number, fields: string[], opened: number, reason: string): Row {
    const end = this.#text.indexOf('\n', opened);
    this.#at = end === -1 ? this.#text.length : end + 1;
    return { line, fields, malformed: reason };
  }

  #skipBlanks(): void {
    while (isBlank(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #plainField(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    let code = text.charCodeAt(at);
    while (at < text.length && code !== COMMA && code !== LF) code = text.charCodeAt(++at);
    this.#at = at;
    return code === COMMA ? trimmed(text, start, at) : lastField(text, start, at);
  }

  /** Reads from behind the opening quote to behind the closing one; undefined when no quote closes the value. */
  #quotedField(): string | undefined {
    const text = this.#text;
    let value = '';
    for (;;) {
      const from = this.#at;
      const quote = text.indexOf('"', from);
      if (quote === -1) return undefined;
      this.#at = quote + 1;
      if (quote > from && text.charCodeAt(quote - 1) === BACKSLASH && !closesDespiteBackslash(text, quote)) {
        value += `${text.slice(from, quote - 1)}"`;
      } else if (text.charCodeAt(quote + 1) === QUOTE) {
        value += text.slice(from, quote + 1);
        this.#at++;
      } else {
        return value + text.slice(from, quote);
      }
    }
  }
}

/** Whether a field may end at `at`: after blanks there is a comma, a line end or the end of the text. */
function endsField(text: string, at: number): boolean {
  let next = at;
  while (isBlank(text.charCodeAt(next))) next++;
  const code = text.charCodeAt(next);
  if (code === CR) return next + 1 === text.length || text.charCodeAt(next + 1) === LF;
  return next >= text.length || code === COMMA || code === LF;
}

/** Whether a field may start at `at`: before blanks there is a comma, a line feed or the start of the text. */
function startsField(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && isBlank(text.charCodeAt(before))) before--;
  const code = text.charCodeAt(before);
  return before < 0 || code === COMMA || code === LF;
}

/**
 * Decides whether `\"` at `quote` is a backslash and the closing quote (true) or an escaped quote (false). Both
 * readings are followed through the quotes after it. Where one reading is inside a value, the other is outside. So a
 * quote that cannot open a field, a quote that cannot close one, or an escaped quote excludes one of the readings. Text
 * that `writeRow` wrote always has exactly one reading.
 */
function closesDespiteBackslash(text: string, quote: number): boolean {
  if (!endsField(text, quote + 1)) return false;
  let closedReadingInside = false;
  for (let next = text.indexOf('"', quote + 1); next !== -1; next = text.indexOf('"', next + 1)) {
    if (text.charCodeAt(next - 1) === BACKSLASH) return closedReadingInside;
    if (text.charCodeAt(next + 1) === QUOTE) {
      next++; // a doubled quote inside a value, an empty value outside: both readings allow it
      continue;
    }
    const couldOpen = startsField(text, next);
    const couldClose = endsField(text, next + 1);
    if (couldOpen !== couldClose) return couldOpen !== closedReadingInside;
    if (!couldOpen) return false; // neither reading allows it: as an escaped quote the row is refused, not misread
    closedReadingInside = !closedReadingInside;
  }
  return !closedReadingInside;
}

/** One row, without the line feed; reading it back gives `fields`. */
export function writeRow(fields: readonly string[]): string {
  if (fields.length === 1 && fields[0] === '') return '""';
  let row = '';
  for (const [index, field] of fields.entries()) row += index === 0 ? writeField(field) : `,${writeField(field)}`;
  return row;
}

/** Several rows, one per line, no line feed after the last. */
export const writeRows = (rows: readonly (readonly string[])[]): string => rows.map(writeRow).join('\n');

function writeField(value: string): string {
  return needsQuotes(value) ? `"${value.replaceAll('"', '\\"')}"` : value;
}

/** Quotes are needed for a quote, a comma, a tab or a line end anywhere, and for a space at an end. */
function needsQuotes(value: string): boolean {
  if (value === '') return false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === QUOTE || code === COMMA || code === LF || code === CR || code === 9) return true;
  }
  return value.charCodeAt(0) === 32 || value.charCodeAt(value.length - 1) === 32;
}

/** Stands for bytes that are not UTF-8. It is a noncharacter of Unicode, so no text contains it. */
export const NOT_TEXT = '\uffff';

/**
 * The text of a payload. Bytes that are not UTF-8 become `NOT_TEXT`. Only the rows that contain it are refused, so that
 * one broken row does not cost the others.
 */
export function readText(payload: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return new TextDecoder('utf-8').decode(payload).replaceAll('\ufffd', NOT_TEXT);
  }
}

/**
 * Whether a text holds a control character other than line feed, carriage return and tab
 * (docs/reference/static-templates.md#control-characters).
 */
export function hasForbiddenCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 ? code !== 10 && code !== 13 && code !== 9 : code > 126 && isForbidden(code)) return true;
  }
  return false;
}

const isForbidden = (code: number): boolean => code < 160 || code === 0xffff;

/** Why a payload has no rows at all: it is empty, or it is JSON. */
export type PayloadFault = 'empty' | 'json';

/** Why a payload has no rows; undefined when it may have some. */
export function payloadFault(text: string): PayloadFault | undefined {
  const first = text.trimStart().charAt(0);
  if (first === '') return 'empty';
  return first === '{' || first === '[' ? 'json' : undefined;
}
