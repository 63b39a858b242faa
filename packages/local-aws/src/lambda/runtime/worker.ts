import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionErrorPayload, InvokeRequest, WorkerMessage, WorkerSetup } from './protocol';

// This runs inside each function instance. It loads the deployed bundle once and then answers one invocation after the
// other. The host bundles it to JavaScript, because a worker thread cannot load TypeScript.

type Handler = (event: unknown, context: unknown) => unknown;

const setup = workerData as WorkerSetup;

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

function toPayload(error: unknown): FunctionErrorPayload {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

async function load(): Promise<Handler> {
  if (setup.preload !== undefined) await import(setup.preload);
  const module = (await import(setup.module)) as Record<string, unknown>;
  const fallback = module.default as Record<string, unknown> | undefined;
  const handler = module[setup.handler] ?? fallback?.[setup.handler];
  if (typeof handler !== 'function') {
    const missing = new Error(`${setup.handler} is undefined or not exported`);
    missing.name = 'Runtime.HandlerNotFound';
    throw missing;
  }
  return handler as Handler;
}

function contextOf(request: InvokeRequest): object {
  const deadline = performance.now() + request.timeout;
  return {
    functionName: setup.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: setup.functionArn,
    memoryLimitInMB: String(setup.memorySize),
    awsRequestId: request.requestId,
    logGroupName: `/aws/lambda/${setup.functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - performance.now()),
  };
}

async function invoke(handler: Handler, request: InvokeRequest): Promise<void> {
  const started = performance.now();
  try {
    const result = await handler(JSON.parse(request.event), contextOf(request));
    const payload = JSON.stringify(result) ?? 'null';
    send({ type: 'result', payload, durationMs: performance.now() - started });
  } catch (error) {
    send({ type: 'error', error: toPayload(error), durationMs: performance.now() - started });
  }
}

const started = performance.now();
load().then(
  (handler) => {
    parentPort?.on('message', (request: InvokeRequest) => void invoke(handler, request));
    send({ type: 'ready', durationMs: performance.now() - started });
  },
  (error: unknown) => send({ type: 'initError', error: toPayload(error), durationMs: performance.now() - started }),
);
