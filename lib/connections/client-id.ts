import { fail, ok, type Result } from '../base/result';

/** A client ID taken apart: `[d:]deviceIdentifier[:defaultTemplateIdentifier]`. */
export interface ClientId {
  /** The whole text, as the broker knows the connection. */
  readonly text: string;
  /** The device identifier: external id of type c8y_Serial. */
  readonly serial: string;
  /** X-ID of the collection behind `s/ud` and `s/dd`. */
  readonly defaultTemplate?: string;
}

/** What is wrong with a client ID; `parts`: it has too many parts, or an empty device identifier. */
export type ClientIdError = 'empty' | 'characters' | 'connectionType' | 'parts';

/** Characters that have no special meaning in an IoT policy or in the topic of a lifecycle event. */
const ALLOWED = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * The parts of a client ID (docs/reference/mqtt-implementation.md#client-identifier). `d` is the only connection type.
 * A template identifier needs the `d:` prefix, so a two-part id without it is refused. Characters outside the
 * allow-list are refused before anything else looks at them.
 */
export function parseClientId(text: string): Result<ClientId, ClientIdError> {
  if (text === '') return fail('empty');
  if (!ALLOWED.test(text)) return fail('characters');
  const parts = text.split(':');
  if (parts.length === 1) return ok({ text, serial: text });
  const [type, serial, defaultTemplate, ...rest] = parts;
  if (type !== 'd') return fail('connectionType');
  if (!serial || rest.length > 0) return fail('parts');
  return ok(defaultTemplate ? { text, serial, defaultTemplate } : { text, serial });
}
