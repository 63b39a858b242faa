import type { RouteMatch } from './http-event';

/** A route of an HTTP API and the function behind it. */
export interface Route {
  /** `GET /things/{id}`, `ANY /{proxy+}` or `$default`. */
  readonly routeKey: string;
  readonly functionArn: string;
}

interface Matched extends RouteMatch {
  readonly functionArn: string;
}

/**
 * The route that API Gateway would choose: a full match before a greedy `{proxy+}`, and `$default` last. At the same
 * place a literal segment goes before a variable, and a method before `ANY`.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): Matched | undefined {
  const candidates = routes
    .map((route) => ({ route, match: matchOne(route.routeKey, method, path) }))
    .filter((candidate) => candidate.match !== undefined)
    .sort((a, b) => (b.match?.rank ?? '').localeCompare(a.match?.rank ?? ''));
  const [best] = candidates;
  if (!best?.match) return undefined;
  const { routeKey, functionArn } = best.route;
  return { routeKey, functionArn, pathParameters: best.match.parameters };
}

interface Match {
  /** Orders the candidates: the greatest text wins. */
  readonly rank: string;
  readonly parameters: Record<string, string>;
}

function matchOne(routeKey: string, method: string, path: string): Match | undefined {
  if (routeKey === '$default') return { rank: '', parameters: {} };
  const [wantedMethod = '', pattern = ''] = routeKey.split(' ');
  if (wantedMethod !== 'ANY' && wantedMethod !== method) return undefined;
  const matched = matchPath(pattern.split('/').slice(1), path.split('/').slice(1));
  if (matched === undefined) return undefined;
  const { isGreedy, rank, parameters } = matched;
  return { rank: isGreedy ? `1${rank}1` : `2${rank}${wantedMethod === 'ANY' ? '0' : '1'}`, parameters };
}

/**
 * Compares the segments of a route with those of a path. `rank` has one digit for each segment, 3 for a literal one.
 */
function matchPath(
  wanted: readonly string[],
  segments: readonly string[],
): (Match & { isGreedy: boolean }) | undefined {
  const parameters: Record<string, string> = {};
  let rank = '';
  for (const [index, part] of wanted.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    const [, variable, greedy] = /^\{(.+?)(\+?)\}$/.exec(part) ?? [];
    if (variable === undefined && part !== segment) return undefined;
    if (variable !== undefined) parameters[variable] = greedy ? segments.slice(index).join('/') : segment;
    if (greedy) return { isGreedy: true, rank, parameters };
    rank += variable === undefined ? '3' : '2';
  }
  return segments.length === wanted.length ? { isGreedy: false, rank, parameters } : undefined;
}
