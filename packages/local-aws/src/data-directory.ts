import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FileJournal, type Journal, type JournalEntry, NO_JOURNAL, type ReplayedEntries } from './journal';
import { makeOwnerOnly } from './owner-only';
import type { Service, ServiceState } from './service';
import { readState, writeState } from './state-file';

const STATE = 'state.json';
const JOURNAL = 'journal.jsonl';
const DATABASE = 'dynamodb';

/** The names of what the cloud keeps in its data directory. */
export const DATA_NAMES: readonly string[] = [STATE, `${STATE}.new`, JOURNAL, `${JOURNAL}.new`, DATABASE];

interface DataDirectoryOptions {
  readonly path: string;
  readonly services: () => readonly Service[];
  readonly onLog: (line: string) => void;
}

/** What outlives a run: the state file, the journal and the database's folder, all for the owner only. */
export class DataDirectory {
  readonly #options: DataDirectoryOptions;
  readonly #stateFile: string;
  readonly #journal: FileJournal;

  constructor(options: DataDirectoryOptions) {
    const { path, services, onLog } = options;
    this.#options = options;
    this.#stateFile = join(path, STATE);
    this.#journal = new FileJournal({ file: join(path, JOURNAL), entries: () => entriesOf(services()), onLog });
  }

  get journal(): Journal {
    return this.#journal;
  }

  /** Makes the directory, for its owner only. Call it before anything is in there. Throws a `SharedFolderError`. */
  static prepare(path: string, onLog: (line: string) => void): void {
    if (makeOwnerOnly(path, DATA_NAMES)) onLog(`${path} was open to others, and is now for its owner only`);
    mkdirSync(join(path, DATABASE), { recursive: true, mode: 0o700 });
  }

  /** Hands each service what an earlier run left. */
  restore(): void {
    const saved = readState(this.#stateFile);
    const replayed = this.#journal.replay();
    for (const state of this.#states) {
      const own = state.entries ? together(saved[state.key], replayed[state.key]) : saved[state.key];
      if (own !== undefined) state.restore(own);
    }
  }

  /** Begins to write down what services accept. */
  open(): void {
    this.#journal.open();
  }

  /** Saves what is not in the journal, now and after each change. */
  follow(): void {
    this.save();
    for (const state of this.#states) state.onChange?.(() => this.save());
  }

  save(): void {
    const states = this.#states.filter(({ entries }) => entries === undefined);
    writeState(this.#stateFile, Object.fromEntries(states.map((state) => [state.key, state.save()])));
  }

  /** Writes nothing to the journal any more. */
  close(): void {
    this.#journal.close();
  }

  get #states(): readonly ServiceState[] {
    return this.#options.services().flatMap(({ state }) => state ?? []);
  }
}

/** The journal of a directory, or of a cloud that has none. */
export const journalOf = (directory: DataDirectory | undefined): Journal => directory?.journal ?? NO_JOURNAL;

function* entriesOf(services: readonly Service[]): Iterable<JournalEntry> {
  for (const { state } of services) yield* state?.entries?.() ?? [];
}

/** Entries of a state file that is older than the journal, and those of the journal. */
function together(older: unknown, newer: ReplayedEntries[string] = {}): ReplayedEntries[string] {
  const before = (older ?? {}) as ReplayedEntries[string];
  const owners = new Set([...Object.keys(before), ...Object.keys(newer)]);
  return Object.fromEntries([...owners].map((owner) => [owner, [...(before[owner] ?? []), ...(newer[owner] ?? [])]]));
}
