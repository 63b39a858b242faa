import type { Route } from './http/routes';

/** The parts of an HTTP API, collected until its server is made of them. */
export interface HttpApiParts {
  readonly apiId: string;
  readonly name: string;
  stage: string;
  /** Integration id → function ARN. */
  readonly integrations: Map<string, string>;
  readonly routes: Route[];
}

/** The parts of a WebSocket API, collected until its server is made of them. */
export interface WebSocketApiParts {
  readonly apiId: string;
  readonly name: string;
  stage: string;
  readonly integrations: Map<string, string>;
  /** Route key → function ARN. */
  readonly routes: Map<string, string>;
  /** Whether the result of `$default` goes back to the client. */
  responds: boolean;
}

/** The APIs of the template: at most one of each kind, because both share one port. */
export interface ApiParts {
  http?: HttpApiParts;
  webSocket?: WebSocketApiParts;
}

/** Knows the host names of the APIs. */
export interface ApiHosts {
  hosts(): readonly string[];
}

/** The host name that AWS would give an API. */
export function hostOf(apiId: string, region: string): string {
  return `${apiId}.execute-api.${region}.amazonaws.com`;
}
