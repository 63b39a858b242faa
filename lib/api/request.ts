import type { Json, JsonObject } from '../base/json';
import { ok, type Result } from '../base/result';
import type { Principal } from '../platform/access/credentials';
import type { ReadingCall } from '../platform/call';
import type { Refusal } from '../platform/refusal';
import type { Platform } from './platform';

export const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/** A request to the platform. It came over REST, as JSON via MQTT or by a SmartREST template. */
export interface PlatformRequest {
  readonly method: Method;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The parsed body; absent when the request has none. */
  readonly body?: Json;
  /** Cumulocity's name of the body's type, `application/vnd.com.nsn.cumulocity.<name>+json`; absent for plain JSON. */
  readonly bodyType?: string;
  /** The start of absolute links, such as `https://t100.example.com`. */
  readonly baseUrl: string;
}

/** The answer of the platform, before HTTP or another protocol writes it down. */
export interface PlatformResponse {
  readonly status: number;
  /** An object is sent as JSON, a string as plain text. */
  readonly body?: JsonObject | string;
  /** Cumulocity's name of the answer's type, such as `managedObject`. */
  readonly bodyType?: string;
  /** Absolute URL of what a POST created. */
  readonly location?: string;
  /** With 405: the methods that the path has. */
  readonly allow?: readonly Method[];
}

/** Everything the handler of a route gets. */
export interface RequestContext {
  readonly request: PlatformRequest;
  readonly call: ReadingCall;
  readonly principal: Principal;
  readonly platform: Platform;
}

/** What the handler of a route returns. */
export type RouteAnswer = Result<PlatformResponse, Refusal>;

/** The answer to a change that leaves nothing to show. */
export const noContent = (done: Result<unknown, Refusal>): RouteAnswer => (done.ok ? ok({ status: 204 }) : done);
