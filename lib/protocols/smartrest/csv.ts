/**
 * The rows of a SmartREST payload, read and written (docs/reference/static-templates.md#rows-and-values and
 * docs/reference/static-templates.md#quotes-and-backslashes).
 *
 * Reader: rows end at a line feed outside quotes. One carriage return before it is dropped, and empty rows are skipped.
 * Unquoted values lose blanks (space, tab) at both ends and keep everything else literally, a stray quote too. In a
 * quoted value `\"` and `""` both mean one quote, and every other backslash is itself.
 * Writer: it quotes a value that the reader would otherwise change, writes a quote as `\"`, never doubles a backslash.
 *
 * Reading what was written gives the same rows for every value. A quoted value that ends in a backslash looks like an
 * escaped quote (`"C:\a,\"`); `closesDespiteBackslash` tells the two apart.
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
 * All non-empty rows of `text`. `line` is 1-based among them. A row that cannot be read carries `malformed` (the reason)
 * and the fields before the fault; reading goes on at the next line.
 */
export function parseRows(text: string): Row[] {
  return parsePlainRows(text) ?? new QuotedReader(text).rows();
}

/**
 * Most payloads hold no quote at all, and then fields are slices between commas: one pass, in which most characters cost
 * one comparison because letters and digits sort behind the comma. Nothing when there is a quote.
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

/** A row of nothing but an empty field is no row. */
function endRow(rows: Row[], fields: string[], last: string): void {
  if (last === '' && fields.length === 0) return;
  fields.push(last);
  rows.push({ line: rows.length + 1, fields });
}

/** The field before a line end, of which a carriage return is part. */
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

  /** Goes on at the line after the one the faulty value opened on: a lost quote must not swallow the rows below it. */
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

  /** From behind the opening quote: the value, `#at` behind its closing quote; nothing when no quote closes it. */
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

/** Whether a field may end at `at`: comma, line end or end of text, blanks before them allowed. */
function endsField(text: string, at: number): boolean {
  let next = at;
  while (isBlank(text.charCodeAt(next))) next++;
  const code = text.charCodeAt(next);
  if (code === CR) return next + 1 === text.length || text.charCodeAt(next + 1) === LF;
  return next >= text.length || code === COMMA || code === LF;
}

/** Whether a field may start at `at`: comma, line feed or start of text before it, blanks between them allowed. */
function startsField(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && isBlank(text.charCodeAt(before))) before--;
  const code = text.charCodeAt(before);
  return before < 0 || code === COMMA || code === LF;
}

/**
 * `\"` at `quote` is an escaped quote or a backslash and the closing quote. Both readings are followed through the quotes
 * after it: in one the text is inside a value where it is outside in the other, so the first quote that cannot open
 * (or close) a field, or an escaped one, rules one of them out. Text written by `writeRow` always has exactly one reading.
 */
function closesDespiteBackslash(text: string, quote: number): boolean {
  if (!endsField(text, quote + 1)) return false;
  let closedReadingInside = false;
  for (let next = text.indexOf('"', quote + 1); next !== -1; next = text.indexOf('"', next + 1)) {
    if (text.charCodeAt(next - 1) === BACKSLASH) return closedReadingInside;
    if (text.charCodeAt(next + 1) === QUOTE) {
      next++; // a doubled quote inside, an empty value outside: fits both readings
      continue;
    }
    const couldOpen = startsField(text, next);
    const couldClose = endsField(text, next + 1);
    if (couldOpen !== couldClose) return couldOpen !== closedReadingInside;
    if (!couldOpen) return false; // fits neither reading: as an escape the row is refused, not misread
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

/** The documented list: quote, comma, tab, line ends anywhere, blanks at an end. */
function needsQuotes(value: string): boolean {
  if (value === '') return false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === QUOTE || code === COMMA || code === LF || code === CR || code === 9) return true;
  }
  return value.charCodeAt(0) === 32 || value.charCodeAt(value.length - 1) === 32;
}

/** Stands for bytes that are not UTF-8: a noncharacter, so no text holds it (Unicode 23.7). */
export const NOT_TEXT = '\uffff';

/**
 * The text of a payload. Bytes that are not UTF-8 become a mark that is refused row by row, so that one
 * broken row does not cost the others.
 */
export function readText(payload: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return new TextDecoder('utf-8').decode(payload).replaceAll('\ufffd', NOT_TEXT);
  }
}

/**
 * Line feed, carriage return and tab are data; every other control character is refused
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

/** Why a text is no payload of rows: there is nothing in it, or it is JSON. */
export type PayloadFault = 'empty' | 'json';

export function payloadFault(text: string): PayloadFault | undefined {
  const first = text.trimStart().charAt(0);
  if (first === '') return 'empty';
  return first === '{' || first === '[' ? 'json' : undefined;
}
