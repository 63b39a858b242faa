import { writeFileSync } from 'node:fs';
import { changesJsonSchema, SCHEMA_FILE } from '../lib/changes/event-bus/json-schema';

/** `npm run events:schema`: writes the published schema of events from the one in the code. */
writeFileSync(SCHEMA_FILE, changesJsonSchema());
console.log(SCHEMA_FILE);
