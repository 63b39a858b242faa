import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { AwsError } from '../endpoint/aws-error';

/** A request as an SDK client hands it to its request handler. */
export interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** A request handler for an SDK client: it answers in this process, without a network. */
export interface InProcessHandler {
  handle(request: SdkRequest): Promise<{ readonly response: SdkResponse }>;
}

/**
 * Settings of an SDK client that a handler in this process answers. The SDK repeats a request as it always does, but
 * does not wait before.
 */
export const inProcessSettings = (handler: InProcessHandler, attempts = 3) => ({
  endpoint: 'http://in.process',
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  // only `handle`: a client that is destroyed does not destroy what others use too
  requestHandler: { handle: (request: SdkRequest) => handler.handle(request) } as never,
  // nobody checks a signature here
  signer: { sign: async <T>(request: T): Promise<T> => request },
  retryStrategy: new ConfiguredRetryStrategy(attempts, () => 0),
});

type Answer = (operation: string, input: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Lets an API in the AWS JSON protocol answer a client. */
export function inProcess(answer: Answer): InProcessHandler {
  return {
    handle: async ({ headers, body }) => {
      const operation = (headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
      try {
        return responseOf(200, (await answer(operation, JSON.parse(textOf(body)))) ?? {});
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const { code, message, status, details } = error;
        return responseOf(status, { __type: `com.amazonaws#${code}`, message, ...details });
      }
    },
  };
}

/** Lets a function answer every request of a client that speaks REST with JSON. Its refusals are `AwsError`s. */
export function inProcessRest(answer: (request: SdkRequest) => unknown): InProcessHandler {
  return {
    handle: async (request) => {
      try {
        return responseOf(200, answer(request) ?? {});
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return responseOf(error.status, { message: error.message }, { 'x-amzn-errortype': error.code });
      }
    },
  };
}

function responseOf(
  statusCode: number,
  body: unknown,
  more: Readonly<Record<string, string>> = {},
): { readonly response: SdkResponse } {
  const headers = { 'content-type': 'application/x-amz-json-1.0', ...more };
  return { response: { statusCode, headers, body: new TextEncoder().encode(JSON.stringify(body)) } };
}

const textOf = (body: unknown): string =>
  typeof body === 'string' ? body : body instanceof Uint8Array ? new TextDecoder().decode(body) : '{}';
