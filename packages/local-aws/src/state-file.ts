import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AsyncEvent } from './lambda/async-invoker';
import type { StoredMessage } from './sqs/queue';
import type { Parameter } from './ssm/ssm-api';

/** What outlives a run beside the tables: parameters, messages in queues, asynchronous events that had not ended. */
export interface CloudState {
  readonly parameters: readonly Parameter[];
  /** By queue ARN. */
  readonly queues: Readonly<Record<string, readonly StoredMessage[]>>;
  /** By function ARN. */
  readonly asyncEvents: Readonly<Record<string, readonly AsyncEvent[]>>;
}

const NOTHING: CloudState = { parameters: [], queues: {}, asyncEvents: {} };

/** Reads what an earlier run left; nothing when there was none. */
export function readState(file: string): CloudState {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as CloudState) : NOTHING;
}

/** Writes the state whole or not at all. */
export function writeState(file: string, state: CloudState): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
  renameSync(draft, file);
}
