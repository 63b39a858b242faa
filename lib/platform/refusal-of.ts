import type { PlatformError } from './errors';
import { type Refusal, refusal } from './outcome';

/** A refused request as a row on `s/e` tells it: 45 for what the row said, 41 for what it met (static-templates section 5). */
export function refusalOf(error: PlatformError): Refusal {
  switch (error.kind) {
    case 'invalid':
    case 'badRequest':
    case 'tooLarge':
      return refusal(45, error.message, 'correct the values of the row');
    case 'notFound':
      return refusal(41, error.message, 'create it before, or check the name the row and its topic use');
    default:
      return refusal(41, error.message, 'check what the platform has for this device');
  }
}
