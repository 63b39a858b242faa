import * as z from 'zod/mini';
import { EVENT_DETAIL_TYPE, EVENT_VERSION } from './event-names';
import { changesEvent } from './schema';

/** Where the schema for consumers stands, from the root of the repository; a new version is a new file. */
export const SCHEMA_FILE = `docs/events/changes.v${EVENT_VERSION}.schema.json`;

/** The schema of an event's detail as JSON Schema (2020-12), as text of a file. */
export function changesJsonSchema(): string {
  // what consumers get may have members that later releases add
  const schema = z.toJSONSchema(changesEvent, { io: 'input' });
  return `${JSON.stringify({ title: EVENT_DETAIL_TYPE, ...schema }, null, 2)}\n`;
}
