import { once } from 'node:events';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { TemplateObject } from '../../src/template/template';
import { startCloud, type TestCloud } from '../support/cloud';
import { ManualClock } from '../support/manual-clock';
import { attribute, lambda, ref, role } from '../support/templates';

const HANDLER = `
  export const handler = async (event: any) => {
    const { eventType, connectionId } = event.requestContext;
    console.log(JSON.stringify({ eventType, connectionId, ...event.requestContext }));
    if (eventType === 'CONNECT') {
      const { headers } = event;
      if (headers['X-Status']) return { statusCode: headers['X-Status'], headers: null };
      if (headers['X-Refuse']) return { statusCode: 401 };
      const protocol = headers['Sec-WebSocket-Protocol']?.split(',')[0];
      return { statusCode: 200, ...(protocol && { headers: { 'Sec-WebSocket-Protocol': protocol } }) };
    }
    if (event.body === 'fail') throw new Error('no');
    if (event.body === 'silence') return { statusCode: 200 };
    return { statusCode: 200, body: JSON.stringify({ body: event.body, context: event.requestContext }) };
  };`;
const ARN = 'arn:aws:execute-api:us-east-1:000000000000:';

const part = (type: string, properties: TemplateObject): { Type: string; Properties: TemplateObject } => ({
  Type: `AWS::ApiGatewayV2::${type}`,
  Properties: { ApiId: ref('Api'), ...properties },
});
const route = (RouteKey: string, more: TemplateObject = {}) =>
  part('Route', { RouteKey, Target: { 'Fn::Join': ['/', ['integrations', ref('Integration')]] }, ...more });

const RESOURCES = {
  Role: role(),
  Handler: lambda('api', 'Role'),
  Api: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'sockets', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  },
  Integration: part('Integration', { IntegrationType: 'AWS_PROXY', IntegrationUri: attribute('Handler', 'Arn') }),
  Connect: route('$connect'),
  Disconnect: route('$disconnect'),
  Default: route('$default', { RouteResponseSelectionExpression: '$default' }),
  Response: part('RouteResponse', { RouteId: ref('Default'), RouteResponseKey: '$default' }),
  Stage: part('Stage', { StageName: 'live', AutoDeploy: true }),
  Rest: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'rest', ProtocolType: 'HTTP' } },
  RestStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: ref('Rest'), StageName: '$default', AutoDeploy: true },
  },
  Invocation: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: attribute('Handler', 'Arn'),
      Principal: 'apigateway.amazonaws.com',
      SourceArn: { 'Fn::Join': ['', [ARN, ref('Api'), '/*/*']] },
      SourceAccount: ref('AWS::AccountId'),
    },
  },
};

let test: TestCloud;
const clock = new ManualClock(Date.now());
beforeAll(async () => {
  test = await startCloud(RESOURCES, { api: HANDLER }, { clock });
});
afterAll(() => test.close());

const open = (options: { protocols?: string[]; headers?: Record<string, string> } = {}): WebSocket =>
  new WebSocket(`ws://127.0.0.1:${test.cloud.ports.http}/any/path?a=1`, options.protocols ?? [], {
    headers: options.headers ?? {},
  });
async function opened(): Promise<{ socket: WebSocket; connectionId: string }> {
  const socket = open();
  await once(socket, 'open');
  const { context } = await ask(socket, 'who am I');
  return { socket, connectionId: context.connectionId };
}
async function ask(socket: WebSocket, text: string) {
  const answer = once(socket, 'message');
  socket.send(text);
  const [data] = await answer;
  return JSON.parse(String(data));
}
const management = (): ApiGatewayManagementApiClient =>
  new ApiGatewayManagementApiClient({ ...test.cloud.clientConfiguration });

describe('a WebSocket API', () => {
  it('shares the port of the HTTP API, and answers a frame with what its function returns', async () => {
    const socket = open();
    await once(socket, 'open');
    const { body, context } = await ask(socket, '[{"a":1}]');
    expect(body).toBe('[{"a":1}]');
    expect(context).toMatchObject({ routeKey: '$default', eventType: 'MESSAGE', stage: 'live', apiId: 'Api' });
    expect((await fetch(`http://127.0.0.1:${test.cloud.ports.http}/`)).status).toBe(404);
    socket.close();
  });

  it.each(['soon', '2000', '99', '200.5'])('refuses with 500 when $connect answers the status %s', async (status) => {
    const [error] = await once(open({ headers: { 'X-Status': status } }), 'error');
    expect(String(error)).toContain('500');
  });

  it('lets $connect refuse, and choose the sub-protocol', async () => {
    const [error] = await once(open({ headers: { 'X-Refuse': 'yes' } }), 'error');
    expect(String(error)).toContain('401');
    const socket = open({ protocols: ['one', 'two'] });
    await once(socket, 'open');
    expect(socket.protocol).toBe('one');
    socket.close();
  });

  it('says so when the function fails, and nothing when it has nothing to say', async () => {
    const { socket } = await opened();
    expect(await ask(socket, 'fail')).toMatchObject({ message: 'Internal server error' });
    socket.send('silence');
    expect((await ask(socket, 'next')).body).toBe('next');
    socket.close();
  });

  it('tells of the end with its code', async () => {
    const { socket, connectionId } = await opened();
    socket.close(1001, 'bye');
    await vi.waitFor(() => {
      const line = test.logs.find((text) => text.includes('DISCONNECT') && text.includes(connectionId));
      expect(line).toContain('"disconnectStatusCode":1001');
    });
  });

  it('closes who sends a megabyte', async () => {
    const { socket } = await opened();
    socket.send('x'.repeat(1024 * 1024));
    const [code] = await once(socket, 'close');
    expect(code).toBe(1009);
  });

  it('closes after ten minutes without a message', async () => {
    const { socket } = await opened();
    clock.advance(10 * 60_000 + 1);
    test.cloud.wake();
    const [code] = await once(socket, 'close');
    expect(code).toBe(1001);
  });

  it('is billed by message in both directions, and by minute', async () => {
    const { meter } = test.cloud;
    const { socket } = await opened();
    const messages = meter.units('webSocketMessages');
    const minutes = meter.units('webSocketMinutes');
    await ask(socket, 'x');
    await ask(socket, 'x'.repeat(40_000));
    expect(meter.units('webSocketMessages') - messages).toBe(6);
    clock.advance(90_000);
    socket.close();
    await vi.waitFor(() => expect(meter.units('webSocketMinutes') - minutes).toBe(2));
  });
});

describe('@connections', () => {
  it('reaches a client until it has gone', async () => {
    const { socket, connectionId } = await opened();
    const received = once(socket, 'message');
    await management().send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'hello' }));
    expect(String((await received)[0])).toBe('hello');
    const closed = once(socket, 'close');
    await management().send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
    await closed;
    const post = management().send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'hello' }));
    await expect(post).rejects.toBeInstanceOf(GoneException);
  });

  it('refuses what is too large', async () => {
    const { socket, connectionId } = await opened();
    const Data = 'x'.repeat(128 * 1024 + 1);
    const post = management().send(new PostToConnectionCommand({ ConnectionId: connectionId, Data }));
    await expect(post).rejects.toMatchObject({ name: 'PayloadTooLargeException' });
    socket.close();
  });

  it('ends a client that never reads, and keeps no more than a megabyte for it', async () => {
    const { socket, connectionId } = await opened();
    socket.pause();
    const Data = 'x'.repeat(100 * 1024);
    const client = management();
    const before = process.memoryUsage().rss;
    const flood = async (): Promise<number> => {
      for (let sent = 1; sent <= 1_000; sent++) {
        await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data }));
      }
      return 1_000;
    };
    await expect(flood()).rejects.toBeInstanceOf(GoneException);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    expect(test.logs.join()).toContain(`connection ${connectionId} does not read: ended`);
    const other = await opened();
    expect((await ask(other.socket, 'still there')).body).toBe('still there');
    other.socket.close();
    socket.terminate();
  });
});
