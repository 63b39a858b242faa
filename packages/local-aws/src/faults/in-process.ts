import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { AwsError } from '../endpoint/aws-error';
import { jsonRequest, jsonResponse, type SdkRequest, type SdkResponse } from '../endpoint/sdk-messages';

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
    handle: async (request) => {
      const { operation, input } = jsonRequest(request);
      try {
        return { response: jsonResponse(200, (await answer(operation, input)) ?? {}) };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const { code, message, status, details } = error;
        return { response: jsonResponse(status, { __type: `com.amazonaws#${code}`, message, ...details }) };
      }
    },
  };
}

/** Lets a function answer every request of a client that speaks REST with JSON. Its refusals are `AwsError`s. */
export function inProcessRest(answer: (request: SdkRequest) => unknown): InProcessHandler {
  return {
    handle: async (request) => {
      try {
        return { response: jsonResponse(200, answer(request) ?? {}) };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const more = { 'x-amzn-errortype': error.code };
        return { response: jsonResponse(error.status, { message: error.message }, more) };
      }
    },
  };
}
