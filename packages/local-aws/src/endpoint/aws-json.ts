import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from './aws-error';

/** One call in the AWS JSON protocol: the operation from `X-Amz-Target`, the parsed body and who calls. */
export interface AwsJsonCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly accessKeyId: string;
}

/** A service that speaks AWS JSON. Refuses with an `AwsError`. */
export interface AwsJsonService {
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /** Put before the error code in `__type`, for example `com.amazonaws.sqs#`. */
  readonly errorNamespace: string;
  call(call: AwsJsonCall): Promise<unknown> | unknown;
}

/** Answers one HTTP request by a service that speaks AWS JSON. */
export async function serveAwsJson(
  service: AwsJsonService,
  accessKeyId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  let status = 200;
  let answer: unknown;
  try {
    answer = await service.call({ operation: operationOf(request), input: parseBody(body), accessKeyId });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    status = error.status;
    answer = { __type: `${service.errorNamespace}${error.code}`, message: error.message, ...error.details };
  }
  const text = answer === undefined ? '{}' : JSON.stringify(answer);
  response.writeHead(status, { 'content-type': service.contentType, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function operationOf(request: IncomingMessage): string {
  const target = String(request.headers['x-amz-target'] ?? '');
  return target.slice(target.indexOf('.') + 1);
}

function parseBody(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Readonly<Record<string, unknown>>;
    }
  } catch {
    // falls through to the refusal below, which is the same for every body that is no JSON object
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
