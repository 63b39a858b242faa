/**
 * Replaces `@smithy/core/event-streams` in the function bundles (an esbuild alias in `cdk/`). The SDK loads it for
 * operations that stream events, and Cirrus calls none. The original is 16 kB.
 */
export class EventStreamSerde {
  constructor() {
    throw new Error('event streams are not part of this bundle');
  }
}

/** Asked for by the original's callers before they make an `EventStreamSerde`. */
export const eventStreamSerdeProvider = (): never => {
  throw new Error('event streams are not part of this bundle');
};
