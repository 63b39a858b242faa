import { FORBIDDEN, mayCall } from './access';
import { errorBody, errorResponse } from './error-body';
import type { PlatformResponse, RequestContext } from './request';
import { matchRoute, type Params } from './router';
import { ROUTES } from './routes/route-table';

/**
 * Answers a request to the platform: method, path and body in, status and body out. Every protocol with requests of
 * this form calls it. A refusal becomes an answer with an error body (docs/reference/rest-api.md#error-bodies).
 *
 * @throws for unexpected errors only
 */
export async function dispatch(context: RequestContext): Promise<PlatformResponse> {
  const { method, path } = context.request;
  const match = matchRoute(ROUTES, method, path);
  switch (match.kind) {
    case 'unknownPath':
      return errorBody(404, 'general/notFound', `No such resource: ${path}`);
    case 'otherMethods': {
      const { allow } = match;
      return { ...errorResponse({ kind: 'methodNotAllowed', reason: 'otherMethods', method, allowed: allow }), allow };
    }
    case 'found': {
      if (!mayCall(context, match.route.access)) return errorResponse(FORBIDDEN);
      const answer = await match.route.handle(context, (name) => paramOf(match.params, name));
      return answer.ok ? answer.value : errorResponse(answer.error);
    }
  }
}

function paramOf(params: Params, name: string): string {
  const value = params[name];
  if (value === undefined) throw new Error(`the route has no parameter ${name}`);
  return value;
}
