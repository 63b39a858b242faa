/**
 * Downlink topics: what the platform sends on and a device may subscribe to (mqtt-implementation section 5). A device
 * holds no right to publish on any of them. `*` stands as in an IAM policy.
 */
export const DOWNLINK_TOPICS = [
  's/ds',
  's/e',
  's/dc/*',
  's/dd',
  's/dt',
  's/dl',
  's/dl/*',
  's/ol/*',
  's/dcr',
  's/dat',
  'error',
  'devicecontrol/notifications',
] as const;

/** Answers and operations of static templates. */
export const STATIC_DOWNLINK = 's/ds';
/** Errors of SmartREST rows. */
export const ERROR_DOWNLINK = 's/e';
