import * as z from 'zod/mini';
import { EVENT_DETAIL_TYPE, EVENT_VERSION } from './event-names';
import { changesEvent } from './schema';

/** The file of the schema for consumers, from the root of the repository. Each version has its own file. */
export const SCHEMA_FILE = `docs/events/changes.v${EVENT_VERSION}.schema.json`;

/** The text of that file: the schema of an event's detail as JSON Schema (2020-12). */
export function changesJsonSchema(): string {
  // the schema allows unknown members, because later releases may add some
  const schema = z.toJSONSchema(changesEvent, { io: 'input' });
  return `${JSON.stringify({ title: EVENT_DETAIL_TYPE, ...schema }, null, 2)}\n`;
}
