/** Limits of the message broker (aws-platform section 3). */
export const MAX_PAYLOAD_BYTES = 128 * 1024;
export const MAX_CLIENT_ID_BYTES = 128;
export const MAX_FILTERS_PER_SUBSCRIBE = 8;
export const MAX_FILTERS_PER_CONNECTION = 50;
export const PUBLISHES_PER_SECOND = 100;
/** Topic, packet id and payload; whatever a CONNECT holds stays below it too. */
export const MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 2 + 65_535 + 2;
