import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../endpoint/aws-error';
import { readBody } from '../endpoint/aws-json';
import type { ServiceHandler } from '../endpoint/service-endpoint';
import { type Access, demandAccess } from '../iam/access';
import type { Invoker } from './invoker';

interface InvokeApiDependencies {
  readonly invoker: Invoker;
  readonly access: Access;
  /** `arn:aws:lambda:<region>:<account>:function:` */
  readonly arnPrefix: string;
}

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
const INVOKE = 'lambda:InvokeFunction';

/** Lambda's Invoke over HTTP, as the SDK's `LambdaClient` speaks it: synchronous and asynchronous, by name or ARN. */
export function invokeApi(deps: InvokeApiDependencies): ServiceHandler {
  return async (accessKeyId, request, response) => {
    try {
      await invoke(accessKeyId, request, response, deps);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      send(response, error.status, { 'x-amzn-errortype': error.code }, JSON.stringify({ Message: error.message }));
    }
  };
}

async function invoke(
  accessKeyId: string,
  request: IncomingMessage,
  response: ServerResponse,
  { invoker, access, arnPrefix }: InvokeApiDependencies,
): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const label = request.method === 'POST' ? INVOCATIONS.exec(path)?.[1] : undefined;
  if (label === undefined) {
    throw new AwsError('UnknownOperationException', `Lambda's ${request.method} ${path} is not embedded here`, 404);
  }
  const arn = arnOf(decodeURIComponent(label), arnPrefix);
  demandAccess(access, { accessKeyId, action: INVOKE, resource: arn, status: 403 });
  const event = eventOf(await readBody(request));
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'Event') {
    invoker.invokeAsync(arn, event);
    return send(response, 202, {}, '');
  }
  if (type !== 'RequestResponse') {
    throw new AwsError('InvalidParameterValueException', `invocation type ${String(type)} is not embedded here`);
  }
  const outcome = await invoker.invoke(arn, event);
  if (outcome.ok) send(response, 200, {}, outcome.payload);
  else send(response, 200, { 'x-amz-function-error': 'Unhandled' }, JSON.stringify(outcome.error));
}

/** The ARN for a function's name, its ARN, or the last part of its ARN. A `:$LATEST` at the end is left out. */
function arnOf(label: string, arnPrefix: string): string {
  const unqualified = label.replace(/:\$LATEST$/, '');
  return `${arnPrefix}${unqualified.slice(unqualified.lastIndexOf(':') + 1)}`;
}

function eventOf(body: Buffer): string {
  const text = body.length === 0 ? '{}' : body.toString('utf8');
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json');
  }
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
