// What the host and a function's worker send to each other. Events and results are JSON text, as on AWS.

/** What a worker is started with. */
export interface WorkerSetup {
  /** File URL of the module that exports the handler. */
  readonly module: string;
  readonly handler: string;
  /** URL of a module to import first. It finds `preloadData` in its `workerData`. */
  readonly preload?: string;
  readonly preloadData?: unknown;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memorySize: number;
}

/** One invocation, from the host to the worker. */
export interface InvokeRequest {
  readonly requestId: string;
  readonly event: string;
  /** Milliseconds the invocation may take. */
  readonly timeout: number;
}

/** The error object that Lambda hands to callers and destinations. */
export interface FunctionErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What the worker reports to the host. */
export type WorkerMessage =
  | { readonly type: 'ready'; readonly durationMs: number }
  | { readonly type: 'initError'; readonly error: FunctionErrorPayload; readonly durationMs: number }
  | { readonly type: 'result'; readonly payload: string; readonly durationMs: number }
  | { readonly type: 'error'; readonly error: FunctionErrorPayload; readonly durationMs: number };
