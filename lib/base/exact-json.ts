import { ExactNumber, type Json, numberOf } from './json';

/**
 * A number in a place of JSON that JavaScript may print in another way: with a zero at the end of its fraction, with an
 * exponent, with many digits, or minus zero. It also finds some numbers that print as they are.
 */
const SUSPECT = /(?:^|[[:,\s])-?(?:(?<=-)0|\d+\.\d*0|\d[\d.]{15,}|0\.0{5,}\d+|\d+(?:\.\d+)?[eE][+-]?\d+)(?=[\s,\]}]|$)/;

/**
 * Reads JSON. A number that JavaScript would print differently is kept as an `ExactNumber`, so that it comes back as it
 * was sent (docs/reference/rest-api.md#numbers). `T` is the form that the writer of the text has given it.
 * @throws SyntaxError when the text is not JSON
 */
export function parseJson<T = Json>(text: string): T {
  const plain: T = JSON.parse(text);
  return SUSPECT.test(text) ? ((new ExactReader(text).read() as T | undefined) ?? plain) : plain;
}

/** No document that is kept has so many levels. A deeper one is refused by who gets it. */
const DEEPEST = 1_000;
const SPACE = /\s*/y;
const WORD = /[^\s,\]}]*/y;

/** Reads a text that is known to be JSON. */
class ExactReader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Undefined when the document is too deep to be read here. */
  read(): Json | undefined {
    try {
      return this.value(0);
    } catch (error) {
      if (error instanceof TooDeep) return undefined;
      throw error;
    }
  }

  private value(level: number): Json {
    if (level > DEEPEST) throw new TooDeep();
    this.skip(SPACE);
    switch (this.text[this.at]) {
      case '{':
        return this.object(level);
      case '[':
        return this.array(level);
      case '"':
        return this.string();
      default: {
        const word = this.skip(WORD);
        return /^[-\d]/.test(word) ? numberOf(word) : (JSON.parse(word) as Json);
      }
    }
  }

  private object(level: number): Json {
    const members: [string, Json][] = [];
    while (this.hasNext('}')) {
      const name = this.string();
      this.skip(SPACE);
      this.at++;
      members.push([name, this.value(level + 1)]);
    }
    // an assignment to the name `__proto__` would set the prototype
    return Object.fromEntries(members);
  }

  private array(level: number): Json {
    const elements: Json[] = [];
    while (this.hasNext(']')) elements.push(this.value(level + 1));
    return elements;
  }

  /** Steps over the bracket or comma before an element; false at the closing bracket, which it steps over too. */
  private hasNext(closing: string): boolean {
    this.skip(SPACE);
    const opened = this.text[this.at] !== closing;
    this.at++;
    this.skip(SPACE);
    if (!opened || this.text[this.at] !== closing) return opened;
    this.at++;
    return false;
  }

  private string(): string {
    const from = this.at;
    let to = this.text.indexOf('"', from + 1);
    while (this.isEscaped(to)) to = this.text.indexOf('"', to + 1);
    this.at = to + 1;
    return JSON.parse(this.text.slice(from, this.at));
  }

  private isEscaped(at: number): boolean {
    let from = at;
    while (this.text[from - 1] === '\\') from--;
    return (at - from) % 2 === 1;
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ''] = pattern.exec(this.text) ?? [];
    this.at += found.length;
    return found;
  }
}

class TooDeep extends Error {}

/** Writes JSON, with every `ExactNumber` as it was sent. Members that are undefined are left out. */
export function printJson(value: unknown): string {
  const before = ExactNumber.printed;
  const text = JSON.stringify(value);
  return ExactNumber.printed === before ? text : exactText(value);
}

/** Whether JavaScript would spell a number in the value differently. */
export function hasExactNumbers(value: unknown): boolean {
  const before = ExactNumber.printed;
  JSON.stringify(value);
  return ExactNumber.printed !== before;
}

function exactText(value: unknown): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map((element) => exactText(element ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${exactText(member)}`).join(',')}}`;
}

/** JSON of a text or name takes at most so many bytes for a UTF-16 unit: `\u001f`. */
const BYTES_PER_UNIT = 6;
const BYTES_OF_OTHERS = 26;

/**
 * Whether the JSON of a value takes more bytes. The JSON itself is made only when a rough measure does not answer that,
 * so a small value costs next to nothing.
 */
export function isLargerThan(value: Json, bytes: number): boolean {
  return roughly(value) > bytes && Buffer.byteLength(printJson(value)) > bytes;
}

function roughly(value: Json): number {
  if (typeof value === 'string') return 2 + value.length * BYTES_PER_UNIT;
  if (value instanceof ExactNumber) return value.text.length;
  if (typeof value !== 'object' || value === null) return BYTES_OF_OTHERS;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const element of value) bytes += 1 + roughly(element);
    return bytes;
  }
  for (const [name, member] of Object.entries(value)) bytes += 4 + name.length * BYTES_PER_UNIT + roughly(member);
  return bytes;
}
