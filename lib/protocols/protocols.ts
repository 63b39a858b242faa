import type { Protocol } from './protocol';
import { smartRestStatic } from './smartrest/static/protocol';

/** Every protocol devices may speak. Rules, policy, topic parser, delivery and `npm run decode` follow from this list. */
export const PROTOCOLS: readonly Protocol[] = [smartRestStatic];
