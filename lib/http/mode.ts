import type { Method } from '../api/request';
import { fail, ok, type Result } from '../base/result';
import { PROCESSING_MODES, type ProcessingMode } from '../changes/modes';
import type { PlatformError } from '../platform/errors';

/** The processing mode of a request, from `X-Cumulocity-Processing-Mode` (rest-api section 1); reading has none. */
export function modeOf(method: Method, header: string | undefined): Result<ProcessingMode, PlatformError> {
  if (method === 'GET' || header === undefined || header === '') return ok('PERSISTENT');
  const mode = PROCESSING_MODES.find((known) => known === header.trim().toUpperCase());
  if (mode !== undefined) return ok(mode);
  return fail({
    kind: 'badRequest',
    resource: 'undefined',
    message: `X-Cumulocity-Processing-Mode knows ${PROCESSING_MODES.join(', ')}: ${header}`,
  });
}
