import type { Method } from '../api/request';
import { fail, ok, type Result } from '../base/result';
import { PROCESSING_MODES, type ProcessingMode } from '../changes/modes';
import type { Refusal } from '../platform/refusal';

/**
 * The processing mode of a request, from `X-Cumulocity-Processing-Mode`
 * (docs/reference/rest-api.md#the-processing-mode-of-a-request). The header of a GET is ignored.
 */
export function modeOf(method: Method, header: string | undefined): Result<ProcessingMode, Refusal> {
  if (method === 'GET' || header === undefined || header === '') return ok('PERSISTENT');
  const mode = PROCESSING_MODES.find((known) => known === header.trim().toUpperCase());
  if (mode !== undefined) return ok(mode);
  return fail({ kind: 'badRequest', reason: 'unknownMode', known: PROCESSING_MODES, given: header });
}
