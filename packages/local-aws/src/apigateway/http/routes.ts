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
 * The route API Gateway would choose: a full match first, then a greedy `{proxy+}`, then `$default`; at the same place a
 * literal segment before a variable, a method before `ANY`.
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
  /** Orders candidates: the greater text wins. */
  readonly rank: string;
  readonly parameters: Record<string, string>;
}

function matchOne(routeKey: string, method: string, path: string): Match | undefined {
  if (routeKey === '$default') return { rank: '', parameters: {} };
  const [wantedMethod = '', pattern = ''] = routeKey.split(' ');
  if (wantedMethod !== 'ANY' && wantedMethod !== method) return undefined;
  const segments = path.split('/').slice(1);
  const wanted = pattern.split('/').slice(1);
  const parameters: Record<string, string> = {};
  let rank = '';
  for (const [index, part] of wanted.entries()) {
    const segment = segments[index];
    const variable = /^\{(.+?)(\+?)\}$/.exec(part);
    if (segment === undefined) return undefined;
    if (variable?.[2] === '+') {
      parameters[variable[1] ?? ''] = segments.slice(index).join('/');
      return { rank: `1${rank}1`, parameters };
    }
    if (variable) parameters[variable[1] ?? ''] = segment;
    else if (part !== segment) return undefined;
    rank += variable ? '2' : '3';
  }
  if (segments.length !== wanted.length) return undefined;
  return { rank: `2${rank}${wantedMethod === 'ANY' ? '0' : '1'}`, parameters };
}
