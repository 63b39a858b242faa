/** `source` and `detail-type` of every entry. The pattern of a rule should name both. */
export const EVENT_SOURCE = 'cirrus';
export const EVENT_DETAIL_TYPE = 'Cirrus Changes';

/** Raise it when a consumer of the version before would misread an entry. A new member alone is no reason. */
export const EVENT_VERSION = 1;
