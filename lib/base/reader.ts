import { instantOf } from './instant';

/** What is wrong with a named text, such as `revert`, `must be true or false`, `1`. */
export interface ReaderFault {
  readonly name: string;
  readonly expected: string;
  /** Absent for a text that is missing. */
  readonly given?: string;
}

/**
 * Reads named texts, such as environment variables or query parameters. It collects what is wrong with them, so that a
 * caller can report all faults at once. Look at `faults` first: what a method returns for a wrong text has no meaning.
 */
export class Reader {
  readonly faults: ReaderFault[] = [];

  /** @param textsOf gives every text of a name, none for a name that is missing */
  constructor(private readonly textsOf: (name: string) => readonly string[]) {}

  /** Undefined when it is missing or empty. */
  optional(name: string): string | undefined {
    return this.textsOf(name)[0] || undefined;
  }

  /** A fault when it is missing or empty. */
  text(name: string): string {
    const text = this.optional(name);
    if (text === undefined) this.fault(name, 'is missing');
    return text ?? '';
  }

  /** A fault when it is missing or not a finite number. */
  number(name: string): number {
    const text = this.text(name);
    const value = Number(text);
    if (text !== '' && !Number.isFinite(value)) this.fault(name, 'is no number', text);
    return value;
  }

  /** At most nine digits, with a value of at least `least`; `preset` when it is missing. */
  wholeNumber(name: string, { preset, least }: { readonly preset: number; readonly least: number }): number {
    const text = this.optional(name);
    if (text === undefined) return preset;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least)) this.fault(name, `must be a whole number of at least ${least}`, text);
    return value;
  }

  /** `true` or `false`, in any case. A name without a value counts as true, a missing name as `preset`. */
  flag(name: string, { preset = false }: { readonly preset?: boolean } = {}): boolean {
    const [text = String(preset)] = this.textsOf(name);
    const word = text.toLowerCase();
    if (!['true', 'false', ''].includes(word)) this.fault(name, 'must be true or false', text);
    return word !== 'false';
  }

  /** Milliseconds since the epoch. A space before the zone is read as `+`, because URL decoding makes one of it. */
  date(name: string): number | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    const instant = instantOf(text.replace(/ (?=\d\d:?\d\d$)/, '+'));
    if (instant === undefined) this.fault(name, 'is not an ISO 8601 date', text);
    return instant;
  }

  /** A comma list, in one text or several; empty parts are skipped. */
  list(name: string): readonly string[] | undefined {
    const parts = this.textsOf(name)
      .flatMap((text) => text.split(','))
      .map((part) => part.trim())
      .filter((part) => part !== '');
    return parts.length === 0 ? undefined : parts;
  }

  /** A word of the vocabulary, spelled exactly so; undefined when it is missing. */
  oneOf<const T extends string>(name: string, vocabulary: readonly T[]): T | undefined {
    const text = this.optional(name);
    return text === undefined ? undefined : this.known(name, vocabulary, text);
  }

  /** A comma list of words, in any case. The vocabulary is in capitals. */
  words<const T extends string>(name: string, vocabulary: readonly T[]): readonly T[] | undefined {
    return this.list(name)?.flatMap((part) => this.known(name, vocabulary, part.toUpperCase(), part) ?? []);
  }

  /** Adds a fault that the caller has found. */
  fault(name: string, expected: string, given?: string): void {
    this.faults.push(given === undefined ? { name, expected } : { name, expected, given });
  }

  private known<T extends string>(name: string, vocabulary: readonly T[], text: string, asSent = text): T | undefined {
    const found = vocabulary.find((word) => word === text);
    if (found === undefined) this.fault(name, `knows ${vocabulary.join(', ')}`, asSent);
    return found;
  }
}

/** A fault in words: `revert must be true or false: 1`. */
export const faultText = ({ name, expected, given }: ReaderFault): string =>
  given === undefined ? `${name} ${expected}` : `${name} ${expected}: ${given}`;
