import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchRoute } from '../../src/apigateway/http/routes';
import type { TemplateObject } from '../../src/template/template';
import { startCloud, type TestCloud } from '../support/cloud';
import { attribute, lambda, ref, role } from '../support/templates';

const API = `
  export const handler = async (event: any) => {
    const mode = event.queryStringParameters?.mode;
    if (mode === 'throw') throw new Error('no');
    if (mode === 'bare') return { hello: 'world' };
    if (mode === 'binary') {
      const body = Buffer.from([0, 255, 1]).toString('base64');
      return { statusCode: 201, headers: { 'Content-Type': 'application/octet-stream' }, body, isBase64Encoded: true };
    }
    if (mode === 'cookies') return { statusCode: 200, cookies: ['a=1', 'b=2; Secure'], body: 'ok' };
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
  };`;

interface ApiEvent {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly time: string };
}

const REST: Record<string, { Type: string; Properties: TemplateObject }> = {
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'rest', ProtocolType: 'HTTP' } },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: ref('Api'),
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: attribute('Handler', 'Arn'),
      PayloadFormatVersion: '2.0',
    },
  },
  Route: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: ref('Api'),
      RouteKey: '$default',
      Target: { 'Fn::Join': ['/', ['integrations', ref('Integration')]] },
    },
  },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: ref('Api'), StageName: '$default', AutoDeploy: true },
  },
};
const INVOCATION = {
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: attribute('Handler', 'Arn'),
    Principal: 'apigateway.amazonaws.com',
    SourceArn: { 'Fn::Join': ['', ['arn:aws:execute-api:us-east-1:000000000000:', ref('Api'), '/*/*']] },
    SourceAccount: ref('AWS::AccountId'),
  },
};
const FUNCTION = { Role: role(), Handler: lambda('api', 'Role') };

describe('an HTTP API', () => {
  let test: TestCloud;
  let base: string;

  beforeAll(async () => {
    test = await startCloud({ ...FUNCTION, ...REST, Invocation: INVOCATION }, { api: API });
    base = `http://127.0.0.1:${test.cloud.ports.http}`;
  });
  afterAll(() => test.close());

  it('hands a request over in payload format 2.0', async () => {
    const response = await fetch(`${base}/things/a%20b%2Fc?x=1&x=2&y=%C3%BC`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: 'one=1; two=2', 'User-Agent': 'test' },
      body: '{"a":1}',
    });
    expect(response.status).toBe(200);
    const event = (await response.json()) as ApiEvent;
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/things/a b/c',
      rawQueryString: 'x=1&x=2&y=%C3%BC',
      queryStringParameters: { x: '1,2', y: 'ü' },
      cookies: ['one=1', 'two=2'],
      body: '{"a":1}',
      isBase64Encoded: false,
      headers: { 'content-type': 'application/json', 'x-forwarded-proto': 'http', 'x-forwarded-for': '127.0.0.1' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'Api',
        stage: '$default',
        routeKey: '$default',
        http: { method: 'POST', path: '/things/a b/c', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      },
    });
    expect(event.headers.cookie).toBeUndefined();
    expect(event.requestContext.time).toMatch(/^\d{2}\/\w{3}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/);
  });

  it('joins repeated headers with commas', async () => {
    const body = await new Promise<string>((resolve, reject) => {
      const sent = request(`${base}/`, { headers: { 'X-Many': ['a', 'b'] } }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      });
      sent.on('error', reject);
      sent.end();
    });
    expect(JSON.parse(body).headers['x-many']).toBe('a,b');
  });

  it.each([
    ['application/json; charset=utf-8', false],
    ['text/plain', false],
    ['application/xml', false],
    ['application/vnd.com.nsn.cumulocity.measurement+json', true],
    ['application/octet-stream', true],
  ])('a body of type %s is base64: %s', async (type, isBase64Encoded) => {
    const response = await fetch(base, { method: 'PUT', headers: { 'content-type': type }, body: 'hällo' });
    const event = (await response.json()) as ApiEvent;
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body, isBase64Encoded ? 'base64' : 'utf8').toString()).toBe('hällo');
  });

  it('answers what the function returns: binary, cookies, a bare object', async () => {
    const binary = await fetch(`${base}?mode=binary`);
    expect(binary.status).toBe(201);
    expect([...new Uint8Array(await binary.arrayBuffer())]).toEqual([0, 255, 1]);
    const cookies = await fetch(`${base}?mode=cookies`);
    expect(cookies.headers.getSetCookie()).toEqual(['a=1', 'b=2; Secure']);
    const bare = await fetch(`${base}?mode=bare`);
    expect(bare.headers.get('content-type')).toBe('application/json');
    expect(await bare.json()).toEqual({ hello: 'world' });
  });

  it('answers 500 when the function fails, and 413 for a body over 10 MB or an event over 6 MB', async () => {
    const failed = await fetch(`${base}?mode=throw`);
    expect(failed.status).toBe(500);
    expect(await failed.json()).toEqual({ message: 'Internal Server Error' });
    const large = await fetch(base, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect(large.status).toBe(413);
    const headers = { 'content-type': 'application/json' };
    const event = await fetch(base, { method: 'POST', headers, body: `"${'x'.repeat(6 * 1024 * 1024)}"` });
    expect([event.status, await event.json()]).toEqual([413, { message: 'Request Too Long' }]);
    const binary = await fetch(base, { method: 'POST', body: Buffer.alloc(5 * 1024 * 1024) });
    expect(binary.status).toBe(413);
  });

  it('is billed per request', async () => {
    const before = test.cloud.meter.units('httpApiRequests');
    await fetch(base);
    expect(test.cloud.meter.units('httpApiRequests')).toBe(before + 1);
  });
});

it('an HTTP API without permission to invoke its function answers 500 and says why', async () => {
  const Invocation = { ...INVOCATION, Properties: { ...INVOCATION.Properties, SourceAccount: '999999999999' } };
  const test = await startCloud({ ...FUNCTION, ...REST, Invocation }, { api: API });
  expect((await fetch(`http://127.0.0.1:${test.cloud.ports.http}`)).status).toBe(500);
  expect(test.logs.join()).toContain(
    'apigateway.amazonaws.com (arn:aws:execute-api:us-east-1:000000000000:Api/$default/$default)',
  );
  await test.close();
});

describe('route matching', () => {
  const keys = ['$default', 'GET /a', 'ANY /a', 'GET /a/{id}', 'GET /a/special', 'ANY /a/{proxy+}', 'ANY /{proxy+}'];
  const routes = keys.map((routeKey) => ({ routeKey, functionArn: routeKey }));

  it.each<[string, string, string, Record<string, string>]>([
    ['GET', '/a', 'GET /a', {}],
    ['POST', '/a', 'ANY /a', {}],
    ['GET', '/a/special', 'GET /a/special', {}],
    ['GET', '/a/7', 'GET /a/{id}', { id: '7' }],
    ['GET', '/a/7/8', 'ANY /a/{proxy+}', { proxy: '7/8' }],
    ['PUT', '/b/c', 'ANY /{proxy+}', { proxy: 'b/c' }],
  ])('%s %s takes %s', (method, path, routeKey, pathParameters) => {
    expect(matchRoute(routes, method, path)).toEqual({ routeKey, functionArn: routeKey, pathParameters });
  });

  it('nothing matches without a default', () => {
    expect(matchRoute([{ routeKey: 'GET /a', functionArn: 'f' }], 'GET', '/b')).toBeUndefined();
  });
});
