import { fail, ok, type Result } from '../base/result';
import type { ProcessingMode } from '../changes/modes';

/** What an uplink topic says: how to process, which protocol, for whom (mqtt-implementation section 5). */
export type UplinkTopic = {
  readonly mode: ProcessingMode;
  readonly kind: 'static';
  /** External id of the child device or service the rows are about; absent for the connected device itself. */
  readonly childId?: string;
};

export type TopicError = { readonly kind: 'unknownTopic'; readonly text: string; readonly remedy: string };

const MODES: Readonly<Record<string, ProcessingMode>> = { s: 'PERSISTENT', t: 'TRANSIENT', q: 'QUIESCENT', c: 'CEP' };
/** What a device may publish on; `*` stands as in an IAM policy and covers the child's external id. */
export const UPLINK_TOPICS: readonly string[] = Object.keys(MODES).flatMap((mode) => [`${mode}/us`, `${mode}/us/*`]);

const REMEDY = 'publish SmartREST rows on s/us (t/us, q/us, c/us for the other modes), s/us/<childId> for a child';

/** `<mode>/us[/<childId>]`. A child id may hold anything but a slash; it is the external id as sent. */
export function parseTopic(topic: string): Result<UplinkTopic, TopicError> {
  const [prefix = '', kind, childId, ...rest] = topic.split('/');
  const mode = MODES[prefix];
  if (mode === undefined || kind !== 'us' || rest.length > 0 || childId === '') return fail(unknownTopic(topic));
  return ok({ mode, kind: 'static', ...(childId !== undefined && { childId }) });
}

const unknownTopic = (topic: string): TopicError => ({
  kind: 'unknownTopic',
  text: `Topic '${topic}' is not part of the protocol`,
  remedy: REMEDY,
});
