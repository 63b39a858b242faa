import { dispatch, routeOf } from '../api/dispatch';
import { dispatchPublic } from '../api/dispatch-public';
import { errorBody, errorResponse } from '../api/error-body';
import type { Platform } from '../api/platform';
import { METHODS, type Method, type PlatformRequest, type PlatformResponse } from '../api/request';
import { defined } from '../base/defined';
import { parseJson } from '../base/exact-json';
import { documentFault, type Json, MAX_LEVELS } from '../base/json';
import { fail, ok, type Result } from '../base/result';
import type { Principal } from '../platform/access/credentials';
import { itemRefusal } from '../platform/limits';
import type { Origin } from '../platform/model';
import type { Refusal } from '../platform/refusal';
import { ItemLimitError } from '../storage/item-limits';
import { baseUrlOf } from './base-url';
import type { Authenticator } from './basic-auth';
import { bodyTypeOf, representationOf } from './media-type';
import { modeOf } from './mode';
import type { AppOptions } from './options';
import { respond } from './respond';

/** What an exchange works with. */
export interface ExchangeDeps extends Pick<AppOptions, 'beginWork'> {
  readonly platform: Platform;
  readonly authenticator: Authenticator;
  readonly maxBodyBytes: number;
}

/** One HTTP request: checks who sends it and reads it, asks the platform, and writes the answer. */
export class Exchange {
  private readonly url: URL;

  constructor(
    private readonly raw: Request,
    private readonly received: Pick<Origin, 'messageId' | 'receivedAt'>,
    private readonly deps: ExchangeDeps,
  ) {
    this.url = new URL(raw.url);
  }

  async answer(): Promise<Response> {
    const method = methodOf(this.raw.method, this.header('x-http-method'));
    const representation = representationOf(this.header('accept'), method === 'POST' || method === 'PUT');
    const answer = await this.run(method, representation !== undefined);
    // who accepts no type of ours is told so in JSON
    return respond(answer, representation ?? 'json', this.header('usexbasic'));
  }

  /** What is wrong with path or method is said first, before the headers about the body and the body itself are read. */
  private async run(method: Method | undefined, acceptsJson: boolean): Promise<PlatformResponse> {
    const url = {
      path: this.url.pathname,
      query: this.url.searchParams,
      baseUrl: baseUrlOf(this.url, (name) => this.header(name)),
    };
    const open = dispatchPublic({ ...url, method });
    if (open !== undefined) return open;
    const principal = await this.deps.authenticator.authenticate(
      this.header('authorization'),
      new URL(url.baseUrl).hostname,
    );
    if (!principal.ok) return errorResponse(principal.error);
    const route = routeOf(method, url.path);
    if (!route.ok) return route.error;
    if (!acceptsJson) return errorBody(406, 'general/notAcceptable', 'The platform answers with JSON.');
    const head = { ...url, method: route.value.route.method };
    const body = await this.body(head.method);
    return body.ok ? this.dispatch(principal.value, { ...head, ...body.value }) : body.error;
  }

  private async dispatch(principal: Principal, request: PlatformRequest): Promise<PlatformResponse> {
    const mode = modeOf(request.method, this.header('x-cumulocity-processing-mode'));
    if (!mode.ok) return errorResponse(mode.error);
    const { tenant, user } = principal;
    const origin: Origin = { tenant, user, mode: mode.value, ...this.received, row: 1, readingsBy: 'message' };
    const work = this.deps.beginWork(origin);
    const call = { origin, effects: work.effects };
    try {
      const answer = await dispatch({ request, call, principal, platform: this.deps.platform });
      await work.flush();
      return answer;
    } catch (error) {
      if (error instanceof ItemLimitError) return errorResponse(itemRefusal(error));
      throw error;
    }
  }

  /** The body and its type; neither when the request has none. */
  private async body(method: Method): Promise<Result<Pick<PlatformRequest, 'body' | 'bodyType'>, PlatformResponse>> {
    const bodyType = bodyTypeOf(this.header('content-type'));
    if (bodyType === undefined && this.raw.body !== null) {
      return fail(errorBody(415, 'general/unsupportedMediaType', 'The body must be sent as application/json.'));
    }
    const parsed = await this.parsed(method);
    return parsed.ok ? ok(defined({ ...bodyType, body: parsed.value })) : fail(errorResponse(parsed.error));
  }

  /** The parsed body; undefined when the request has none. Refused when it is too large or not JSON. */
  private async parsed(method: Method): Promise<Result<Json | undefined, Refusal>> {
    if (method === 'GET') return ok(undefined);
    const limit = this.deps.maxBodyBytes;
    const tooLarge = fail<Refusal>({ kind: 'tooLarge', reason: 'bodySize', maxBytes: limit });
    if (Number(this.header('content-length') ?? 0) > limit) return tooLarge;
    const bytes = await this.raw.arrayBuffer();
    if (bytes.byteLength > limit) return tooLarge;
    if (bytes.byteLength === 0) return ok(undefined);
    try {
      return kept(parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'unreadable';
      return fail({ kind: 'badRequest', reason: 'notJson', detail });
    }
  }

  private header(name: string): string | undefined {
    return this.raw.headers.get(name) ?? undefined;
  }
}

/** The document, unless it can never be kept (docs/reference/rest-api.md#limits-of-a-document). */
function kept(document: Json): Result<Json, Refusal> {
  const fault = documentFault(document);
  if (fault === undefined) return ok(document);
  if (fault.kind === 'tooDeep') return fail({ kind: 'invalid', reason: 'tooDeep', maxLevels: MAX_LEVELS });
  return fail({ kind: 'invalid', reason: 'notUnicode', path: fault.path });
}

/**
 * A POST may stand for another method (docs/reference/rest-api.md#a-post-that-stands-for-another-method); a HEAD is
 * handled as a GET, and the server leaves out the body.
 */
function methodOf(method: string, override: string | undefined): Method | undefined {
  const meant = method === 'POST' && override ? override.toUpperCase() : method;
  return METHODS.find((known) => known === (meant === 'HEAD' ? 'GET' : meant));
}
