import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What outlives a run beside the tables, by the key of the service whose it is. */
type SavedState = Readonly<Record<string, unknown>>;

/** Reads what an earlier run left; nothing when there was none. */
export function readState(file: string): SavedState {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SavedState) : {};
}

/** Writes the state whole or not at all. */
export function writeState(file: string, state: SavedState): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
  renameSync(draft, file);
}
