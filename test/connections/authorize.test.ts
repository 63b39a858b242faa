import { describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/base/clock';
import { fail, ok } from '../../lib/base/result';
import { type AuthorizeDeps, authorizeConnection } from '../../lib/connections/authorize';
import { PROTOCOLS } from '../../lib/protocols/protocols';
import { topicRights } from '../../lib/protocols/topics';

const ARN = 'arn:aws:iot:eu-west-1:123456789012:';
const topics = topicRights(PROTOCOLS);
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const connect = (mqtt: Record<string, unknown>) => ({
  token: '',
  signatureVerified: false,
  protocols: ['tls', 'mqtt'],
  protocolData: { tls: { serverName: 'mqtt.example.com' }, mqtt },
});
const good = { username: 't100/device_SN1', password: base64('pässwörd'), clientId: 'd:SN1:tpl' };

function deps(overrides: Partial<AuthorizeDeps> = {}) {
  const calls: string[] = [];
  const made: AuthorizeDeps = {
    clock: { ...systemClock, now: () => 0, randomBytes: (length) => new Uint8Array(length).fill(128) },
    policyArnPrefix: ARN,
    topics,
    verify: async (...login) => {
      calls.push(`verify ${login.join(' ')}`);
      const [tenant, user] = login;
      return ok({ tenant, user, kind: 'device', roles: [] });
    },
    connect: async ({ tenant, user }, { text, serial }, until) => {
      calls.push(`connect ${tenant}/${user} as ${text}, device ${serial}, until ${until}`);
      return ok(undefined);
    },
    ...overrides,
  };
  return { deps: made, calls };
}

describe('authorizeConnection', () => {
  it('lets a device in under its claim and with a policy of its own', async () => {
    const { deps: given, calls } = deps();
    const { allowed, result } = await authorizeConnection(connect(good), given);
    expect(allowed).toBe(true);
    const lasts = result.disconnectAfterInSeconds ?? 0;
    expect(calls).toEqual([
      'verify t100 device_SN1 pässwörd',
      `connect t100/device_SN1 as d:SN1:tpl, device SN1, until ${(lasts + 86_400) * 1000}`,
    ]);
    expect(result).toMatchObject({ isAuthenticated: true, refreshAfterInSeconds: 86_400 });
    expect(result.principalId).toMatch(/^[a-zA-Z0-9]{1,128}$/);
    expect(result.disconnectAfterInSeconds).toBeGreaterThanOrEqual(72_000);
    expect(result.disconnectAfterInSeconds).toBeLessThanOrEqual(86_400);
  });

  it('cuts what device SDKs append to the user name', async () => {
    const { deps: given, calls } = deps();
    await authorizeConnection(connect({ ...good, username: 't100/device_SN1?SDK=Python&Version=1' }), given);
    expect(calls[0]).toBe('verify t100 device_SN1 pässwörd');
  });

  it('gives different users different principals', async () => {
    const ids = await Promise.all(
      ['t1/2x', 't12/x', 't1/2X'].map(async (username) => {
        const { result } = await authorizeConnection(connect({ ...good, username }), deps().deps);
        return result.principalId;
      }),
    );
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['malformedEvent', undefined],
    ['noCredentials', connect({ clientId: 'd:SN1' })],
    ['noCredentials', connect({ ...good, password: undefined })],
    ['malformedUserName', connect({ ...good, username: 'device_SN1' })],
    ['malformedUserName', connect({ ...good, username: '/x' })],
    ['malformedUserName', connect({ ...good, username: `t100/${'x'.repeat(1001)}` })],
    ['clientId.empty', connect({ ...good, clientId: undefined })],
    ['clientId.characters', connect({ ...good, clientId: 'a*' })],
    ['clientId.characters', connect({ ...good, clientId: `d:${'$'}{iot:ClientId}` })],
    ['clientId.characters', connect({ ...good, clientId: 'x'.repeat(129) })],
    ['clientId.connectionType', connect({ ...good, clientId: 'x:SN1' })],
    ['clientId.parts', connect({ ...good, clientId: 'd:SN1:tpl:more' })],
    ['clientId.parts', connect({ ...good, clientId: 'd:' })],
  ])('refuses with %s before anything is read', async (reason, event) => {
    const { deps: given, calls } = deps();
    expect(await authorizeConnection(event, given)).toEqual({
      allowed: false,
      reason,
      result: { isAuthenticated: false },
    });
    expect(calls).toEqual([]);
  });

  it('refuses a wrong password before it looks at the device', async () => {
    const { deps: given, calls } = deps({ verify: async () => fail('badCredentials') });
    expect(await authorizeConnection(connect(good), given)).toMatchObject({ allowed: false, reason: 'badCredentials' });
    expect(calls).toEqual([]);
  });

  it.each(['claimedByOther', 'resting', 'notItsDevice', 'noDeviceRight'] as const)(
    'refuses with %s',
    async (reason) => {
      const { deps: given } = deps({ connect: async () => fail(reason) });
      expect(await authorizeConnection(connect(good), given)).toMatchObject({ allowed: false, reason });
    },
  );
});
