import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The side of CloudFormation and of one AWS service a custom resource talks to, on a port of its own. */
export interface Counterpart {
  readonly url: string;
  /** The answers handed in at the `ResponseURL`, oldest first. */
  readonly answers: Record<string, unknown>[];
  /** What the service was asked, oldest first. */
  readonly calls: { readonly method: string; readonly path: string; readonly target: string; readonly body: string }[];
  close(): Promise<void>;
}
type Reply = { readonly status: number; readonly body: unknown };

/** @param service answers what is not addressed to CloudFormation */
export async function startCounterpart(service: (call: Counterpart['calls'][number]) => Reply): Promise<Counterpart> {
  const answers: Counterpart['answers'] = [];
  const calls: Counterpart['calls'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (request.url?.startsWith('/cloudformation')) {
      answers.push(JSON.parse(body));
      response.end();
      return;
    }
    const target = String(request.headers['x-amz-target'] ?? '');
    const call = { method: String(request.method), path: String(request.url), target, body };
    calls.push(call);
    const reply = service(call);
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answers,
    calls,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** An event as CloudFormation sends it. */
export function request(
  at: Counterpart,
  RequestType: 'Create' | 'Update' | 'Delete',
  ResourceProperties: Record<string, unknown>,
  PhysicalResourceId?: string,
): Record<string, unknown> {
  return {
    RequestType,
    ResponseURL: `${at.url}/cloudformation`,
    StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/Cirrus/1',
    RequestId: 'request-1',
    LogicalResourceId: 'TheResource',
    ResourceType: 'Custom::Something',
    ResourceProperties: { ServiceToken: 'arn:aws:lambda:eu-central-1:123456789012:function:f', ...ResourceProperties },
    ...(PhysicalResourceId !== undefined && { PhysicalResourceId }),
  };
}

/** The environment a function of the counterpart runs in; to be set before its module is loaded. */
export function environmentOf(at: Counterpart): Record<string, string> {
  return {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SSM: at.url,
    AWS_ENDPOINT_URL_IOT: at.url,
  };
}
