import { fail, ok, type Result } from '../base/result';
import type { Refusal } from '../platform/refusal';
import { FORBIDDEN, mayCall } from './access';
import { errorBody, errorResponse } from './error-body';
import { lackingParameters } from './query/parameters';
import { METHODS, type Method, type PlatformResponse, type RequestContext } from './request';
import { type Match, matchRoute, type Params } from './router';
import { ROUTES } from './routes/route-table';

type Found = Extract<Match, { readonly kind: 'found' }>;

/**
 * The route of a request, or the answer to a path or method that there is none for. HTTP asks before it reads the body.
 * `method` is undefined for a word that is none.
 */
export function routeOf(method: Method | undefined, path: string): Result<Found, PlatformResponse> {
  const match = matchRoute(ROUTES, method, path);
  switch (match.kind) {
    case 'unknownPath':
      return fail(errorBody(404, 'general/notFound', `No such resource: ${path}`));
    case 'otherMethods': {
      const { allow } = match;
      if (method === undefined) return fail({ ...errorResponse(UNKNOWN_METHOD), allow });
      return fail({
        ...errorResponse({ kind: 'methodNotAllowed', reason: 'otherMethods', method, allowed: allow }),
        allow,
      });
    }
    case 'found':
      return ok(match);
  }
}

const UNKNOWN_METHOD: Refusal = { kind: 'methodNotAllowed', reason: 'unknownMethod', known: METHODS };

/**
 * Answers a request to the platform: method, path and body in, status and body out. Every protocol with requests of
 * this form calls it. A refusal becomes an answer with an error body (docs/reference/rest-api.md#error-bodies).
 *
 * @throws for unexpected errors only
 */
export async function dispatch(context: RequestContext): Promise<PlatformResponse> {
  const { method, path } = context.request;
  const found = routeOf(method, path);
  if (!found.ok) return found.error;
  const { route, params } = found.value;
  if (!mayCall(context, route.access)) return errorResponse(FORBIDDEN);
  const faults = lackingParameters(route, context.request.query);
  if (faults.length > 0) return errorResponse({ kind: 'invalid', reason: 'parameters', faults });
  const answer = await route.handle(context, (name) => paramOf(params, name));
  return answer.ok ? answer.value : errorResponse(answer.error);
}

function paramOf(params: Params, name: string): string {
  const value = params[name];
  if (value === undefined) throw new Error(`the route has no parameter ${name}`);
  return value;
}
