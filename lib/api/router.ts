import type { Method, RequestContext, RouteAnswer } from './request';

/**
 * Who may call a route at all. `anyone`: every authenticated user. `device`: people and device users; the handler
 * checks that a device user owns the object. `human`: people only. `admin`: administrators only. Where it is not
 * `anyone`, a reader may only GET, and people without a role may do nothing.
 */
export type Access = 'anyone' | 'device' | 'human' | 'admin';

/** Decoded path parameters by name. */
export type Params = Readonly<Record<string, string>>;
/** Answers the requests of a route. `param` gives the decoded path parameter of a name. */
export type Handler = (context: RequestContext, param: (name: string) => string) => Promise<RouteAnswer>;

export interface Route {
  readonly method: Method;
  readonly segments: readonly string[];
  readonly access: Access;
  readonly handle: Handler;
}

/**
 * One line of a route table. In the pattern `:name` stands for one segment of the path. `:name+` at the end takes the
 * rest of the path, because API Gateway decodes the slash in an external id.
 */
export function route(method: Method, pattern: string, access: Access, handle: Handler): Route {
  return { method, segments: pattern.split('/').slice(1), access, handle };
}

/** The route of a request. `otherMethods`: the path exists, but not with this method. */
export type Match =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Params }
  | { readonly kind: 'otherMethods'; readonly allow: readonly Method[] }
  | { readonly kind: 'unknownPath' };

/** Finds the route of a request. Of several matching patterns the one with the earliest literal segment wins. */
export function matchRoute(routes: readonly Route[], method: Method, path: string): Match {
  const segments = path.replace(/\/+$/, '').split('/').slice(1);
  const matching = routes
    .filter((candidate) => matches(candidate.segments, segments))
    .sort((a, b) => literalFirst(a.segments, b.segments));
  const [best] = matching;
  if (best === undefined) return { kind: 'unknownPath' };
  const samePath = matching.filter((candidate) => literalFirst(best.segments, candidate.segments) === 0);
  const found = samePath.find((candidate) => candidate.method === method);
  if (found === undefined) return { kind: 'otherMethods', allow: samePath.map((candidate) => candidate.method) };
  return { kind: 'found', route: found, params: paramsOf(found.segments, segments) };
}

const isParameter = (segment: string): boolean => segment.startsWith(':');
const takesRest = (segment: string | undefined): boolean => segment?.endsWith('+') === true;

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const rest = takesRest(pattern.at(-1));
  if (rest ? segments.length < pattern.length : segments.length !== pattern.length) return false;
  return pattern.every((part, at) => (isParameter(part) ? segments[at] !== '' : part === segments[at]));
}

function literalFirst(a: readonly string[], b: readonly string[]): number {
  for (const [at, part] of a.entries()) {
    const other = b[at];
    if (other === undefined) return -1;
    if (isParameter(part) !== isParameter(other)) return isParameter(part) ? 1 : -1;
  }
  return a.length - b.length;
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): Params {
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    if (!isParameter(part)) continue;
    const text = takesRest(part) ? segments.slice(at).join('/') : (segments[at] ?? '');
    params[part.slice(1).replace(/\+$/, '')] = decoded(text);
  }
  return params;
}

/** A gateway may have decoded the text already, so a text that is not validly encoded stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
