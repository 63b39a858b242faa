import type { Json, JsonObject } from '../base/json';
import type { Result } from '../base/result';
import type { Principal } from '../platform/access/credentials';
import type { ReadingCall } from '../platform/call';
import type { Refusal } from '../platform/refusal';
import type { Platform } from './platform';

export const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/** A request to the platform, whichever door it came through: REST, JSON via MQTT or a SmartREST template. */
export interface PlatformRequest {
  readonly method: Method;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed already; absent when the request has none. */
  readonly body?: Json;
  /** Cumulocity's name of the body's type, as in `application/vnd.com.nsn.cumulocity.<name>+json`; absent for plain JSON. */
  readonly bodyType?: string;
  /** What absolute links start with: `https://t100.example.com`. */
  readonly baseUrl: string;
}

/** What the platform answers, before a door spells it. */
export interface PlatformResponse {
  readonly status: number;
  /** An object is sent as JSON, a string as plain text. */
  readonly body?: JsonObject | string;
  /** Cumulocity's name of the answer's type: `managedObject`. */
  readonly bodyType?: string;
  /** Absolute URL of what a POST created. */
  readonly location?: string;
  /** With 405: the methods the path knows. */
  readonly allow?: readonly Method[];
}

/** What one request carries on its way to a service. */
export interface RequestContext {
  readonly request: PlatformRequest;
  readonly call: ReadingCall;
  readonly principal: Principal;
  readonly platform: Platform;
}

export type RouteAnswer = Result<PlatformResponse, Refusal>;
