import { dispatch } from '../api/dispatch';
import { dispatchPublic } from '../api/dispatch-public';
import { errorBody, errorResponse } from '../api/error-body';
import type { Platform } from '../api/platform';
import { METHODS, type Method, type PlatformRequest, type PlatformResponse } from '../api/request';
import { defined } from '../base/defined';
import { documentFault, type Json, MAX_LEVELS } from '../base/json';
import { fail, ok, type Result } from '../base/result';
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
    if (representation === undefined) {
      return respond(errorBody(406, 'general/notAcceptable', 'The platform answers with JSON.'), 'json');
    }
    return respond(await this.run(method), representation, this.header('usexbasic'));
  }

  private async run(method: Method | undefined): Promise<PlatformResponse> {
    if (method === undefined) {
      const refusal: Refusal = { kind: 'methodNotAllowed', reason: 'unknownMethod', known: METHODS };
      return { ...errorResponse(refusal), allow: METHODS };
    }
    const head: PlatformRequest = {
      method,
      path: this.url.pathname,
      query: this.url.searchParams,
      baseUrl: baseUrlOf(this.url, (name) => this.header(name)),
    };
    const open = dispatchPublic(head);
    if (open !== undefined) return open;
    const host = new URL(head.baseUrl).hostname;
    const principal = await this.deps.authenticator.authenticate(this.header('authorization'), host);
    if (!principal.ok) return errorResponse(principal.error);
    const mode = modeOf(method, this.header('x-cumulocity-processing-mode'));
    if (!mode.ok) return errorResponse(mode.error);
    const bodyType = bodyTypeOf(this.header('content-type'));
    if (bodyType === undefined && this.raw.body !== null) {
      return errorBody(415, 'general/unsupportedMediaType', 'The body must be sent as application/json.');
    }
    const body = await this.body(method);
    if (!body.ok) return errorResponse(body.error);
    const request = defined({ ...head, ...bodyType, body: body.value });
    const { tenant, user } = principal.value;
    const origin: Origin = { tenant, user, mode: mode.value, ...this.received, row: 1, readingsBy: 'message' };
    const work = this.deps.beginWork(origin);
    const call = { origin, effects: work.effects };
    try {
      const answer = await dispatch({ request, call, principal: principal.value, platform: this.deps.platform });
      await work.flush();
      return answer;
    } catch (error) {
      if (error instanceof ItemLimitError) return errorResponse(itemRefusal(error));
      throw error;
    }
  }

  /** The parsed body; undefined when the request has none. Refused when it is too large or not JSON. */
  private async body(method: Method): Promise<Result<Json | undefined, Refusal>> {
    if (method === 'GET') return ok(undefined);
    const limit = this.deps.maxBodyBytes;
    const tooLarge = fail<Refusal>({ kind: 'tooLarge', reason: 'bodySize', maxBytes: limit });
    if (Number(this.header('content-length') ?? 0) > limit) return tooLarge;
    const bytes = await this.raw.arrayBuffer();
    if (bytes.byteLength > limit) return tooLarge;
    if (bytes.byteLength === 0) return ok(undefined);
    try {
      return kept(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
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
  const meant = method === 'POST' && override !== undefined ? override.toUpperCase() : method;
  return METHODS.find((known) => known === (meant === 'HEAD' ? 'GET' : meant));
}
