import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What outlives a run, besides the tables: the state of each service by its key. */
type SavedState = Readonly<Record<string, unknown>>;

/** Reads the state of an earlier run; empty when there was none. */
export function readState(file: string): SavedState {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SavedState) : {};
}

/** Writes the state. After a crash the file has the old state or the new one, never a part. */
export function writeState(file: string, state: SavedState): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
  renameSync(draft, file);
}
