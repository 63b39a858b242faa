import { describe, expect, it } from 'vitest';
import { errorResponse } from '../../lib/api/error-body';
import type { PlatformError } from '../../lib/platform/errors';

const message = 'why';
const table: [PlatformError, number, string][] = [
  [{ kind: 'badRequest', resource: 'undefined', message }, 400, 'undefined/badRequest'],
  [{ kind: 'unauthorized', message }, 401, 'security/Unauthorized'],
  [{ kind: 'forbidden', message }, 403, 'security/Forbidden'],
  [{ kind: 'notFound', resource: 'identity', message }, 404, 'identity/Not Found'],
  [{ kind: 'methodNotAllowed', message }, 405, 'general/methodNotAllowed'],
  [{ kind: 'conflict', resource: 'inventory', name: 'conflict', message }, 409, 'inventory/conflict'],
  [{ kind: 'exists', resource: 'identity', message }, 409, 'identity/Duplicate'],
  [{ kind: 'tooLarge', message }, 413, 'general/payloadTooLarge'],
  [{ kind: 'invalid', resource: 'undefined', message }, 422, 'undefined/validationError'],
  [{ kind: 'invalid', resource: 'inventory', message }, 422, 'inventory/Invalid Data'],
];

describe('errorResponse', () => {
  it.each(table)('$kind has its status and name (rest-api section 3)', (error, status, name) => {
    expect(errorResponse(error)).toEqual({
      status,
      bodyType: 'error',
      body: { error: name, message, info: expect.stringMatching(/^https:/) },
    });
  });
});
