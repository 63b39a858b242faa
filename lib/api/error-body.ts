import type { PlatformError } from '../platform/errors';
import type { PlatformResponse } from './request';

const INFO = 'https://cumulocity.com/api/core/';

/** `error` member and status of each kind of refusal (rest-api section 3). */
function nameOf(error: PlatformError): { readonly status: number; readonly name: string } {
  switch (error.kind) {
    case 'badRequest':
      return { status: 400, name: `${error.resource}/badRequest` };
    case 'unauthorized':
      return { status: 401, name: 'security/Unauthorized' };
    case 'forbidden':
      return { status: 403, name: 'security/Forbidden' };
    case 'notFound':
      return { status: 404, name: `${error.resource}/Not Found` };
    case 'methodNotAllowed':
      return { status: 405, name: 'general/methodNotAllowed' };
    case 'conflict':
      return { status: 409, name: `${error.resource}/${error.name}` };
    case 'exists':
      return { status: 409, name: `${error.resource}/Duplicate` };
    case 'tooLarge':
      return { status: 413, name: 'general/payloadTooLarge' };
    case 'invalid':
      return {
        status: 422,
        name: error.resource === 'undefined' ? 'undefined/validationError' : `${error.resource}/Invalid Data`,
      };
  }
}

/** A refusal as every door shows it: `error`, `message`, `info` (rest-api section 3). */
export function errorResponse(error: PlatformError): PlatformResponse {
  const { status, name } = nameOf(error);
  return errorBody(status, name, error.message);
}

/** The error body for what is no refusal of the platform: an unknown path, an unexpected failure. */
export function errorBody(status: number, name: string, message: string): PlatformResponse {
  return { status, bodyType: 'error', body: { error: name, message, info: INFO } };
}
