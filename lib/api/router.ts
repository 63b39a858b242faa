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

/**
 * Finds the route of a request. Of several matching patterns the one with the earliest literal segment wins. A path with
 * several slashes in a row, or one at its end, is the path without them. `method` is undefined for a word that is none.
 */
export function matchRoute(routes: readonly Route[], method: Method | undefined, path: string): Match {
  const parts = path.replace(/\/+$/, '').split('/').slice(1);
  const matching = routes
    .flatMap((candidate) => {
      const segments = aligned(candidate.segments, parts);
      return segments === undefined ? [] : [{ route: candidate, segments }];
    })
    .sort((a, b) => literalFirst(a.route.segments, b.route.segments));
  const [best] = matching;
  if (best === undefined) return { kind: 'unknownPath' };
  const samePath = matching.filter(({ route }) => literalFirst(best.route.segments, route.segments) === 0);
  const found = samePath.find(({ route }) => route.method === method);
  if (found === undefined) return { kind: 'otherMethods', allow: samePath.map(({ route }) => route.method) };
  return { kind: 'found', route: found.route, params: paramsOf(found.route.segments, found.segments) };
}

const isParameter = (segment: string): boolean => segment.startsWith(':');
const takesRest = (segment: string | undefined): boolean => segment?.endsWith('+') === true;

/**
 * The segments of a path, one for each of the pattern; undefined when they do not fit. What the last one takes as the
 * rest stays as it is, because an external id may have several slashes.
 */
function aligned(pattern: readonly string[], parts: readonly string[]): readonly string[] | undefined {
  const segments: string[] = [];
  const single = takesRest(pattern.at(-1)) ? pattern.length - 1 : Number.POSITIVE_INFINITY;
  for (const [at, part] of parts.entries()) {
    if (segments.length === single) {
      segments.push(parts.slice(at).join('/'));
      break;
    }
    if (part !== '') segments.push(part);
  }
  const fits = segments.length === pattern.length && segments.every((text, at) => fitsPart(pattern[at] ?? '', text));
  return fits ? segments : undefined;
}

const fitsPart = (part: string, text: string): boolean => isParameter(part) || part === text;

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
    params[part.slice(1).replace(/\+$/, '')] = decoded(segments[at] ?? '');
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
