import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectMessenger, TopicMessenger } from '../../lib/delivery/messenger';

/** A data plane that answers as told and remembers what it was asked. */
let answer: { status: number; type?: string } = { status: 200 };
const asked: { url: string; body: string }[] = [];
let server: Server;
let client: IoTDataPlaneClient;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ url: request.url ?? '', body });
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      ...(answer.type && { 'x-amzn-errortype': answer.type }),
    });
    response.end('{"message":"as told"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new IoTDataPlaneClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

describe('DirectMessenger', () => {
  it('sends to one client, with confirmation when asked to', async () => {
    answer = { status: 200 };
    asked.length = 0;
    const messenger = new DirectMessenger(client);
    expect(await messenger.send('d:4711', 's/ds', '510,4711', { confirm: true })).toBe('acknowledged');
    expect(await messenger.send('d:4711', 's/ds', '124,1', { confirm: false })).toBe('sent');
    expect(asked.map(({ body }) => body)).toEqual(['510,4711', '124,1']);
    expect(asked[0]?.url).toMatch(/^\/connections\/d%3A4711\/messages\?.*confirmation=true/);
    expect(asked[0]?.url).toContain('topic=s%2Fds');
    expect(asked[1]?.url).toContain('confirmation=false');
  });

  it.each([
    [404, 'ResourceNotFoundException', 'offline'],
    [504, 'GatewayTimeoutException', 'unknown'],
    [429, 'ThrottlingException', 'throttled'],
    [500, 'InternalFailureException', 'throttled'],
    [403, 'ForbiddenException', 'refused'],
    [413, 'RequestEntityTooLargeException', 'refused'],
    [400, 'InvalidRequestException', 'refused'],
  ])('reads %i %s as %s, with or without the name', async (status, type, result) => {
    const messenger = new DirectMessenger(client);
    for (const told of [{ status, type }, { status }]) {
      answer = told;
      asked.length = 0;
      expect(await messenger.send('d:4711', 's/ds', 'x', { confirm: true })).toBe(result);
      expect(asked).toHaveLength(1);
    }
  });

  it('throws what says nothing about the device', async () => {
    answer = { status: 401, type: 'UnauthorizedException' };
    await expect(new DirectMessenger(client).send('d:4711', 's/ds', 'x', { confirm: true })).rejects.toThrow();
  });

  it('takes its own time-out for unknown', async () => {
    const timingOut = { send: () => Promise.reject(Object.assign(new Error('late'), { name: 'TimeoutError' })) };
    const messenger = new DirectMessenger(timingOut as unknown as IoTDataPlaneClient);
    expect(await messenger.send('d:4711', 's/ds', 'x', { confirm: true })).toBe('unknown');
  });
});

describe('TopicMessenger', () => {
  it('publishes on the topic', async () => {
    answer = { status: 200 };
    asked.length = 0;
    expect(await new TopicMessenger(client).send('d:4711', 's/ds', '510,4711', { confirm: true })).toBe('acknowledged');
    expect(asked[0]).toMatchObject({ url: expect.stringMatching(/^\/topics\/s%2Fds\?.*qos=1/), body: '510,4711' });
  });
});
