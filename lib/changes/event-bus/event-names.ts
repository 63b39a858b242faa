/** `source` and `detail-type` of every entry, which every rule's pattern should name. */
export const EVENT_SOURCE = 'cirrus';
export const EVENT_DETAIL_TYPE = 'Cirrus Changes';

/** Grows when a consumer written for the version before would misread an entry; new members alone do not count. */
export const EVENT_VERSION = 1;
