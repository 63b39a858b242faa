import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from './aws-error';
import type { ServiceEndpoint } from './service-endpoint';

/** The parsed body of a request. It is an object; its members are not checked. */
export type RequestInput = Readonly<Record<string, unknown>>;

/**
 * One call in the AWS JSON protocol: the operation from `X-Amz-Target`, the parsed body, and the caller's access key.
 */
export interface AwsJsonCall {
  readonly operation: string;
  readonly input: RequestInput;
  readonly accessKeyId: string;
}

/** An API that speaks AWS JSON. Refuses with an `AwsError`. */
export interface AwsJsonApi {
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /** Put before the error code in `__type`, for example `com.amazonaws.sqs#`. */
  readonly errorNamespace: string;
  call(call: AwsJsonCall): Promise<unknown> | unknown;
}

/** Mounts an API that speaks AWS JSON under its signing name. */
export function mountAwsJson(endpoint: ServiceEndpoint, signingName: string, api: AwsJsonApi): void {
  endpoint.mount(signingName, (accessKeyId, request, response) => serveAwsJson(api, accessKeyId, request, response));
}

/** Answers one HTTP request with an API that speaks AWS JSON. */
async function serveAwsJson(
  api: AwsJsonApi,
  accessKeyId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  let status = 200;
  let answer: unknown;
  try {
    answer = await api.call({ operation: operationOf(request), input: parseBody(body), accessKeyId });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    status = error.status;
    answer = { __type: `${api.errorNamespace}${error.code}`, message: error.message, ...error.details };
  }
  const text = answer === undefined ? '{}' : JSON.stringify(answer);
  response.writeHead(status, { 'content-type': api.contentType, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function operationOf(request: IncomingMessage): string {
  const target = String(request.headers['x-amz-target'] ?? '');
  return target.slice(target.indexOf('.') + 1);
}

function parseBody(body: Buffer): RequestInput {
  if (body.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as RequestInput;
    }
  } catch {
    // refused below, as every body that is not a JSON object
  }
  throw new AwsError('SerializationException', 'the request body is not a JSON object');
}

/** The whole body of a request. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks));
    });
    request.on('error', reject);
  });
}
