import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The journal did not take an entry, so nothing may say that it was accepted. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/** One thing that a service has accepted and not finished. */
export interface JournalEntry {
  /** The key of the service's state. */
  readonly key: string;
  /** The resource it belongs to, such as a queue's ARN. */
  readonly owner: string;
  /** Distinguishes it from the owner's other entries. */
  readonly id: string;
  /** A JSON value. */
  readonly value: unknown;
}

/** Where services write down what they accept, before they say that it is accepted. */
export interface Journal {
  /** Adds an entry. Throws a `JournalError` when it cannot be written. */
  keep(entry: JournalEntry): void;
  /** Replaces an entry. When that cannot be written, the older one stays, and is logged. */
  amend(entry: JournalEntry): void;
  /** Ends an entry. When that cannot be written, the entry comes back after a restart, and is logged. */
  drop(entry: Omit<JournalEntry, 'value'>): void;
}

/** For a cloud without a data directory: everything is in memory. */
export const NO_JOURNAL: Journal = { keep: () => undefined, amend: () => undefined, drop: () => undefined };

/** Entries by key and owner, in the order in which they were added. It is what a `ServiceState` restores. */
export type ReplayedEntries = Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;

/** The file is written anew when it is larger than this and twice as large as what was left in it the last time. */
const COMPACT_BYTES = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

interface FileJournalOptions {
  readonly file: string;
  /** All entries of all services now. The journal keeps none in memory. */
  readonly entries: () => Iterable<JournalEntry>;
  readonly onLog: (line: string) => void;
  /** Default 8 MiB. */
  readonly compactBytes?: number;
}

/**
 * An append-only file with one JSON array in each line: key, owner, id and value, or without a value when the entry has
 * ended. Every line is with the operating system when the call returns, so that the end of this process loses none. It
 * is not forced to the disk: a machine that loses its power may lose the newest lines.
 */
export class FileJournal implements Journal {
  readonly #options: FileJournalOptions;
  #descriptor: number | undefined;
  #bytes = 0;
  #compactAt = 0;

  constructor(options: FileJournalOptions) {
    this.#options = options;
  }

  /** What an earlier run left. It reads up to the first line that is cut off or unreadable. */
  replay(): ReplayedEntries {
    const { file, onLog } = this.#options;
    if (!existsSync(file)) return {};
    const bytes = readFileSync(file);
    const owners = new Map<string, Map<string, Map<string, unknown>>>();
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      const line = parsed(bytes.toString('utf8', from, end));
      if (line === undefined) break;
      apply(line, owners);
      from = end + 1;
    }
    if (from < bytes.length) onLog(`${file}: the last ${bytes.length - from} bytes cannot be read and are left out`);
    return Object.fromEntries(
      [...owners].map(([key, of]) => [
        key,
        Object.fromEntries([...of].map(([owner, values]) => [owner, [...values.values()]])),
      ]),
    );
  }

  /** Begins to write, with the entries of now. What was written before is in them. */
  open(): void {
    mkdirSync(dirname(this.#options.file), { recursive: true, mode: 0o700 });
    this.#rewrite();
  }

  keep(entry: JournalEntry): void {
    this.#append(lineOf(entry));
  }

  amend(entry: JournalEntry): void {
    this.#tryAppend(lineOf(entry));
  }

  drop({ key, owner, id }: Omit<JournalEntry, 'value'>): void {
    this.#tryAppend(`${JSON.stringify([key, owner, id])}\n`);
  }

  /** Leaves a file with nothing but the entries of now. */
  close(): void {
    if (this.#descriptor === undefined) return;
    this.#rewrite();
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #tryAppend(line: string): void {
    try {
      this.#append(line);
    } catch (error) {
      this.#options.onLog(error instanceof Error ? error.message : String(error));
    }
  }

  #append(line: string): void {
    if (this.#descriptor === undefined) return;
    try {
      this.#bytes += writeAll(this.#descriptor, line);
    } catch (error) {
      // a part of the line may be in the file, and a line behind it would not be read
      ftruncateSync(this.#descriptor, this.#bytes);
      throw new JournalError(`${this.#options.file} cannot be written: ${String(error)}`, { cause: error });
    }
    if (this.#bytes < this.#compactAt) return;
    // entries of now do not have the one of this line yet: it is compacted with the next one
    this.#compactAt = Number.POSITIVE_INFINITY;
    setImmediate(() => this.#compact());
  }

  #compact(): void {
    if (this.#descriptor === undefined) return;
    try {
      this.#rewrite();
    } catch (error) {
      this.#compactAt = 2 * this.#bytes;
      this.#options.onLog(`${this.#options.file} cannot be written anew: ${String(error)}`);
    }
  }

  /** Writes a second file and puts it in the place of the first. After a crash there is the one or the other. */
  #rewrite(): void {
    const { file, entries, compactBytes = COMPACT_BYTES } = this.#options;
    const draft = `${file}.new`;
    const descriptor = openSync(draft, 'w', 0o600);
    let bytes = 0;
    try {
      for (const entry of entries()) bytes += writeAll(descriptor, lineOf(entry));
      fsyncSync(descriptor);
      renameSync(draft, file);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#bytes = bytes;
    this.#compactAt = Math.max(compactBytes, 2 * bytes);
  }
}

type Line = readonly [key: string, owner: string, id: string, value?: unknown];

function lineOf({ key, owner, id, value }: JournalEntry): string {
  return `${JSON.stringify([key, owner, id, value])}\n`;
}

function parsed(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    const isLine = Array.isArray(line) && line.slice(0, 3).filter((part) => typeof part === 'string').length === 3;
    return isLine ? (line as unknown as Line) : undefined;
  } catch {
    return undefined;
  }
}

function apply(line: Line, owners: Map<string, Map<string, Map<string, unknown>>>): void {
  const [key, owner, id, value] = line;
  const ofKey = owners.get(key) ?? new Map<string, Map<string, unknown>>();
  owners.set(key, ofKey);
  const values = ofKey.get(owner) ?? new Map<string, unknown>();
  ofKey.set(owner, values);
  if (line.length === 3) values.delete(id);
  else values.set(id, value);
}

/** Writes the whole text; returns its bytes. A disk that is nearly full may take it in parts. */
function writeAll(descriptor: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
  return bytes.length;
}
