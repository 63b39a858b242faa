import { handle } from 'hono/aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, BASE, NOBODY, PUMP, READER, type Rest, refusal, startRest } from './fixture';

let rest: Rest;
beforeAll(async () => {
  rest = await startRest({ maxBodyBytes: 2000 });
});
afterAll(() => rest.close());

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

describe('authentication', () => {
  it.each([
    ['nobody at all', {}],
    ['another scheme', { authorization: 'Bearer abc' }],
    ['a wrong password', basic('t100/admin:wrong')],
    ['an unknown user', basic('t100/ghost:secret')],
    ['an unknown tenant', basic('t999/admin:secret')],
    ["another tenant's password", basic('t200/reader:secret')],
    ['nonsense', { authorization: 'Basic !!!' }],
  ])('refuses %s with 401 and a challenge', async (_, headers) => {
    const answer = await rest.send('GET', '/tenant/currentTenant', { as: '', headers });
    expect(answer).toMatchObject(refusal(401, 'security/Unauthorized'));
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it('words the challenge so that browsers stay quiet when asked to', async () => {
    const answer = await rest.send('GET', '/tenant/currentTenant', { as: '', headers: { UseXBasic: 'true' } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^XBASIC /);
  });

  it('takes the tenant from the user name, or else from the host name', async () => {
    const onHost = (host: string) =>
      rest.send('GET', '/tenant/currentTenant', { as: 'admin:secret', headers: { host } });
    expect(await rest.send('GET', '/tenant/currentTenant', { as: ADMIN })).toMatchObject({ body: { name: 't100' } });
    expect(await onHost('t200.example.com')).toMatchObject({ body: { name: 't200' } });
    expect(await onHost('t100.example.com:8080')).toMatchObject({ body: { name: 't100' } });
    expect(await onHost('other.example.com:8080')).toMatchObject(refusal(401, 'security/Unauthorized'));
  });

  it('says how to log in without being asked for a password', async () => {
    expect(await rest.send('GET', '/tenant/loginOptions', { as: '' })).toMatchObject({
      status: 200,
      body: { loginOptions: [{ type: 'BASIC' }] },
    });
  });
});

describe('roles', () => {
  it('lets readers read and nothing else', async () => {
    expect(await rest.send('GET', '/inventory/managedObjects', { as: READER })).toMatchObject({ status: 200 });
    expect(await rest.send('POST', '/inventory/managedObjects', { as: READER, body: {} })).toMatchObject(
      refusal(403, 'security/Forbidden'),
    );
  });

  it('lets people without a role look at themselves only', async () => {
    expect(await rest.send('GET', '/user/currentUser', { as: NOBODY })).toMatchObject({
      status: 200,
      body: { userName: 'nobody' },
    });
    expect(await rest.send('GET', '/inventory/managedObjects', { as: NOBODY })).toMatchObject(refusal(403));
  });
});

describe('media types', () => {
  const path = '/inventory/managedObjects';
  const vendor = 'application/vnd.com.nsn.cumulocity.managedObject+json;charset=UTF-8;ver=0.9';

  it.each([
    ['application/json', 'application/json;charset=UTF-8'],
    ['application/vnd.com.nsn.cumulocity.managedObject+json;ver=0.9', vendor],
    ['*/*', vendor],
  ])('answers Accept %s', async (accept, type) => {
    const answer = await rest.send('POST', path, { body: { name: 'a' }, headers: { accept } });
    expect(answer).toMatchObject({ status: 201, body: { name: 'a' } });
    expect(answer.headers.get('content-type')).toBe(type);
  });

  it('answers a POST or PUT without Accept with no body', async () => {
    const headers = { ...basic(ADMIN), 'content-type': 'application/json' };
    const made = await rest.app.request(`${BASE}${path}`, { method: 'POST', headers, body: '{"name":"b"}' });
    expect([made.status, await made.text()]).toEqual([201, '']);
    const self = made.headers.get('location') ?? '';
    expect(self).toMatch(/^http:\/\/t100\.example\.com\/inventory\/managedObjects\/\d+$/);
    const changed = await rest.app.request(self, { method: 'PUT', headers, body: '{"name":"c"}' });
    expect([changed.status, await changed.text()]).toEqual([200, '']);
    const refused = await rest.app.request(`${BASE}/event/events`, { method: 'POST', headers, body: '{}' });
    expect([refused.status, await refused.json()]).toMatchObject([422, { error: 'undefined/validationError' }]);
  });

  it('refuses what it cannot speak or read', async () => {
    expect(await rest.send('GET', path, { headers: { accept: 'text/csv' } })).toMatchObject(refusal(406));
    expect(await rest.send('POST', path, { body: 'a=b', headers: { 'content-type': 'text/plain' } })).toMatchObject(
      refusal(415),
    );
  });
});

describe('bodies', () => {
  const path = '/inventory/managedObjects';

  it.each([['{"name":'], ['{"a":1}}'], ['\u0000']])('refuses broken JSON: %j', async (body) => {
    expect(await rest.send('POST', path, { body })).toMatchObject(refusal(400, 'badRequest'));
  });

  it.each([['[]'], ['"text"'], ['5'], ['null']])('refuses JSON that is no object: %s', async (body) => {
    expect(await rest.send('POST', path, { body })).toMatchObject(refusal(400, 'inventory/badRequest'));
  });

  it('refuses a missing body', async () => {
    expect(await rest.send('POST', path)).toMatchObject(refusal(400));
  });

  it('takes a body up to the limit and refuses one over it', async () => {
    const padded = (bytes: number) => JSON.stringify({ name: 'x'.repeat(bytes - '{"name":""}'.length) });
    expect(await rest.send('POST', path, { body: padded(2000) })).toMatchObject({ status: 201 });
    expect(await rest.send('POST', path, { body: padded(2001) })).toMatchObject(refusal(413));
  });

  it('refuses bytes that are not UTF-8', async () => {
    const headers = { ...basic(ADMIN), 'content-type': 'application/json' };
    const body = Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    expect((await rest.app.request(`${BASE}${path}`, { method: 'POST', headers, body })).status).toBe(400);
  });
});

describe('methods and paths', () => {
  it.each([
    ['nothing', {}],
    ['a body that is not JSON', { body: 'a=b' }],
    ['a body of another type', { body: 'a=b', headers: { 'content-type': 'text/plain' } }],
    ['a body that is too large', { body: `"${'x'.repeat(3000)}"` }],
    ['an Accept that allows no JSON', { headers: { accept: 'text/csv' } }],
    ['an unknown processing mode', { body: {}, headers: { 'x-cumulocity-processing-mode': 'NO' } }],
  ])('says 404 for another path and 405 for another method, with %s', async (_, sent) => {
    const method = 'body' in sent ? 'POST' : 'GET';
    expect(await rest.send(method, '/nowhere', sent)).toMatchObject(refusal(404, 'general/notFound'));
    const other = 'body' in sent ? 'POST' : 'DELETE';
    expect(await rest.send(other, '/tenant/currentTenant', sent)).toMatchObject(refusal(405));
    expect(await rest.send('PATCH', '/nowhere', sent)).toMatchObject(refusal(404));
  });

  it('takes several slashes for one', async () => {
    expect(await rest.send('GET', '//tenant//currentTenant/')).toMatchObject({ status: 200 });
    expect(await rest.send('GET', '//tenant/loginOptions', { as: '' })).toMatchObject({ status: 200 });
    const page = await rest.send('GET', '//inventory//managedObjects?pageSize=1');
    expect(page).toMatchObject({
      status: 200,
      body: { self: expect.stringContaining(`${BASE}/inventory/managedObjects?`) },
    });
  });

  it('names the methods a path has', async () => {
    const answer = await rest.send('DELETE', '/tenant/currentTenant');
    expect(answer).toMatchObject(refusal(405));
    expect(answer.headers.get('allow')).toBe('GET');
    expect(await rest.send('PATCH', '/tenant/currentTenant')).toMatchObject(refusal(405));
  });

  it('lets a POST stand for another method', async () => {
    const id = await rest.create('/inventory/managedObjects', { name: 'before' });
    const changed = await rest.send('POST', `/inventory/managedObjects/${id}`, {
      body: { name: 'after' },
      headers: { 'x-http-method': 'PUT' },
    });
    expect(changed).toMatchObject({ status: 200, body: { id, name: 'after' } });
  });

  it('answers HEAD like GET, without the body', async () => {
    const answer = await rest.send('HEAD', '/tenant/currentTenant');
    expect([answer.status, answer.body]).toEqual([200, undefined]);
  });
});

describe('processing mode', () => {
  it('refuses a word it does not know', async () => {
    const answer = await rest.send('POST', '/inventory/managedObjects', {
      body: {},
      headers: { 'X-Cumulocity-Processing-Mode': 'SOMETIMES' },
    });
    expect(answer).toMatchObject(refusal(400));
  });

  it.each([
    ['PERSISTENT', 200],
    ['QUIESCENT', 200],
    ['TRANSIENT', 404],
    ['CEP', 404],
  ])('%s decides whether a measurement can be read later (%i)', async (mode, status) => {
    const id = await rest.create('/inventory/managedObjects', {});
    const made = await rest.send('POST', '/measurement/measurements', {
      body: { source: { id }, type: 'acme_Flow', time: '2026-02-03T04:05:06Z', acme_Flow: { F: { value: 1 } } },
      headers: { 'X-Cumulocity-Processing-Mode': mode },
    });
    expect(made).toMatchObject({ status: 201 });
    const path = new URL(made.headers.get('location') ?? '').pathname;
    expect(await rest.send('GET', path)).toMatchObject({ status });
  });
});

describe('links', () => {
  it('start with the address the client used', async () => {
    const answer = await rest.send('GET', '/platform', {
      headers: { host: 'cloud.example.com', 'x-forwarded-proto': 'https' },
    });
    expect(answer).toMatchObject({ status: 200, body: { self: 'https://cloud.example.com/platform' } });
  });
});

describe('behind API Gateway', () => {
  const event = (path: string, headers: Record<string, string>) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 't100.example.com', 'x-forwarded-proto': 'https', ...headers },
    isBase64Encoded: false,
    body: null,
    requestContext: { requestId: 'JKJaXmPLvHcESHA=', timeEpoch: 1770091506789, http: { method: 'GET', path } },
  });
  // the adapter's event type asks for members it never reads
  const handler = (sent: object) => handle(rest.app)(sent as Parameters<ReturnType<typeof handle>>[0]);

  it('answers a request in payload format 2.0', async () => {
    const answer = await handler(event('/tenant/currentTenant', { ...basic(ADMIN), accept: 'application/json' }));
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(JSON.parse(answer.body)).toMatchObject({
      name: 't100',
      self: 'https://t100.example.com/tenant/currentTenant',
    });
  });

  it('leaves vendor types readable', async () => {
    const answer = await handler(event('/platform', basic(ADMIN)));
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false });
  });
});

describe('failures', () => {
  it('answers 500 without saying why, and tells the log', async () => {
    const seen: unknown[] = [];
    const broken = await startRest({ onUnexpected: (error) => void seen.push(error) });
    await broken.send('GET', '/tenant/currentTenant', { as: PUMP });
    await broken.close();
    const answer = await broken.send('GET', '/inventory/managedObjects', { as: PUMP });
    expect(answer).toMatchObject(refusal(500, 'general/internalError'));
    expect(seen).toHaveLength(1);
  });
});
