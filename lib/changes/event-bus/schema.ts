import * as z from 'zod/mini';
import { CHANGE_ACTIONS } from '../changes';
import { CHANGE_APIS, PROCESSING_MODES } from '../modes';
import { EVENT_VERSION } from './event-names';

const change = z.object({
  api: z.enum(CHANGE_APIS).check(z.describe('Which kind of object changed.')),
  action: z.enum(CHANGE_ACTIONS).check(z.describe('What happened to it.')),
  object: z
    .looseObject({ id: z.string() })
    .check(z.describe('The object as REST shows it after the change, or before its deletion; without self links.')),
  reduced: z
    .optional(z.literal(true))
    .check(z.describe('The object is too large for the bus, so only its id is here; read the rest over REST.')),
});

/** The detail of an entry on the event bus: what one message changed of one managed object. */
export const changesEvent = z
  .object({
    version: z.literal(EVENT_VERSION).check(z.describe('Version of this schema.')),
    tenant: z.string().check(z.minLength(1), z.describe('Whose object it is; every rule should name its tenant.')),
    source: z.string().check(z.minLength(1), z.describe('Id of the managed object that the changes belong to.')),
    mode: z.enum(PROCESSING_MODES).check(z.describe('Processing mode the message asked for.')),
    receivedAt: z.iso.datetime().check(z.describe('When the platform had the message, UTC with milliseconds.')),
    messageId: z
      .string()
      .check(z.describe('The same for all entries of a message, and again when a message is processed twice.')),
    changes: z.array(change).check(z.minLength(1), z.describe('In the order in which they happened.')),
  })
  .check(z.describe('What one message to Cirrus changed of one managed object.'));

/** The detail of an entry, as a value. */
export type ChangesEvent = z.output<typeof changesEvent>;
/** One change within a detail. */
export type EventChange = ChangesEvent['changes'][number];
