import { Hono } from 'hono';
import { errorBody } from '../api/error-body';
import type { Platform } from '../api/platform';
import type { Clock } from '../base/clock';
import { Authenticator } from './basic-auth';
import { Exchange } from './exchange';
import type { AppOptions } from './options';
import { respond } from './respond';

/**
 * What the Lambda adapter hands over beside the request: API Gateway's id of it, and its time in ms since the epoch.
 */
interface Bindings {
  readonly requestContext?: { readonly requestId?: string; readonly timeEpoch?: number };
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const ORDERED_REQUESTS = 36 ** 4;

/** The REST shell: authentication, media types, bodies and errors around `dispatch`, which does the routing. */
export function createApp(platform: Platform, options: AppOptions): Hono<{ Bindings: Bindings }> {
  const { clock, beginWork, maxBodyBytes = MAX_BODY_BYTES } = options;
  const authenticator = new Authenticator(platform.credentials, platform.tenants, clock);
  const deps = { platform, authenticator, beginWork, maxBodyBytes };
  let handled = 0;
  const app = new Hono<{ Bindings: Bindings }>();
  app.all('*', (c) => {
    const { requestId = randomId(clock), timeEpoch = clock.now() } = c.env?.requestContext ?? {};
    // state is ordered by time, then by message id: the counter keeps the order of requests in one millisecond
    const order = (handled++ % ORDERED_REQUESTS).toString(36).padStart(4, '0');
    return new Exchange(c.req.raw, { messageId: `${order}-${requestId}`, receivedAt: timeEpoch }, deps).answer();
  });
  app.onError((error, c) => {
    options.onUnexpected(error, { method: c.req.method, path: c.req.path });
    return respond(errorBody(500, 'general/internalError', 'The request failed; it may be repeated.'), 'vendor');
  });
  return app;
}

const randomId = (clock: Clock): string => Buffer.from(clock.randomBytes(8)).toString('hex');
