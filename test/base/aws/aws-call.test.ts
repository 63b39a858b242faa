import { afterEach, describe, expect, it, vi } from 'vitest';
import { AwsCallError, AwsCaller } from '../../../lib/base/aws/aws-call';
import { FlowingClock } from '../../support/clock';

const CALL = { service: 'lambda', path: '/2015-03-31/functions/f/invocations', body: '{"a":1}' };
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };

interface Sent {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** A caller that gets these statuses in turn. 0 is a lost connection. */
function callerWith(statuses: readonly number[], environment: NodeJS.ProcessEnv = {}) {
  const sent: Sent[] = [];
  const clock = new FlowingClock(Date.UTC(2026, 0, 1));
  const variables = { ...CREDENTIALS, AWS_REGION: 'eu-central-1', ...environment };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.stubGlobal('fetch', async (url: URL, init?: RequestInit) => {
    const status = statuses[sent.length] ?? 200;
    sent.push({ url: String(url), headers: init?.headers as Record<string, string> });
    if (status === 0) throw new TypeError('fetch failed');
    return new Response(status < 300 ? 'done' : 'no', { status });
  });
  return { caller: new AwsCaller({ clock }), sent, waits: clock.waits };
}
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('a signed call', () => {
  it('goes to the service of the Region, signed for it at the time of the clock', async () => {
    const { caller, sent } = callerWith([202]);
    expect(await caller.post(CALL)).toEqual({ status: 202, body: 'done' });
    expect(sent[0]?.url).toBe('https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/f/invocations');
    expect(sent[0]?.headers).toMatchObject({ 'x-amz-date': '20260101T000000Z', 'x-amz-security-token': 'token' });
    expect(sent[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/20260101\/eu-central-1\/lambda\/aws4_request, SignedHeaders=.*, Signature=[0-9a-f]{64}$/,
    );
  });

  it("goes where the SDK's variable leads", async () => {
    const { caller, sent } = callerWith([200], { AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:1234' });
    await caller.post(CALL);
    expect(sent[0]?.url).toBe('http://127.0.0.1:1234/2015-03-31/functions/f/invocations');
  });

  it.each([429, 500, 503, 0])('is tried again after %i', async (status) => {
    const { caller, sent, waits } = callerWith([status, status]);
    expect((await caller.post(CALL)).status).toBe(200);
    expect(sent).toHaveLength(3);
    expect(waits).toEqual([50, 200]);
  });

  it.each([400, 403, 404, 413])('is not tried again after %i, and says why', async (status) => {
    const { caller, sent } = callerWith([status]);
    await expect(caller.post(CALL)).rejects.toThrow(`lambda answered ${status}: no`);
    expect(sent).toHaveLength(1);
  });

  it('gives up after three tries', async () => {
    const { caller } = callerWith([0, 500, 0]);
    await expect(caller.post(CALL)).rejects.toSatisfy(
      (error) => error instanceof AwsCallError && error.status === 0 && error.message.includes('fetch failed'),
    );
  });
});
