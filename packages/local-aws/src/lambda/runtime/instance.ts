import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FunctionConfiguration } from '../configuration';
import type { FunctionErrorPayload, InvokeRequest, WorkerMessage, WorkerSetup } from './protocol';
import { preloadUrl, workerSource } from './worker-source';

/** How an invocation ended. `billedMs` includes the time to load the function, as AWS bills it. */
export type InvocationResult =
  | { readonly ok: true; readonly payload: string; readonly billedMs: number }
  | { readonly ok: false; readonly error: FunctionErrorPayload; readonly billedMs: number };

export interface InstanceOptions {
  readonly preload?: string;
  readonly preloadData?: unknown;
  onLog(line: string): void;
}

/** How long a function may take to load, ms. Its timeout begins then, as on AWS. */
const LOAD_LIMIT_MS = 60_000;

interface Pending {
  readonly request: InvokeRequest;
  readonly resolve: (outcome: InvocationResult) => void;
  /** Ends the invocation: while the function is loaded, and then when its timeout is over. */
  timer: NodeJS.Timeout;
  readonly started: number;
}

/**
 * One execution environment: a worker thread that has loaded the function's bundle. It runs one invocation at a time.
 */
export class FunctionInstance {
  readonly #configuration: FunctionConfiguration;
  readonly #worker: Worker;
  #pending: Pending | undefined;
  #ready = false;
  #initMs = 0;
  #alive = true;

  private constructor(configuration: FunctionConfiguration, worker: Worker, options: InstanceOptions) {
    this.#configuration = configuration;
    this.#worker = worker;
    worker.on('message', (message: WorkerMessage) => this.#onMessage(message));
    worker.on('error', (error) => this.#fail({ errorType: error.name, errorMessage: error.message, trace: [] }));
    worker.on('exit', (code) => this.#onExit(code));
    for (const stream of [worker.stdout, worker.stderr]) readLines(stream, options.onLog);
  }

  /** Starts a worker. It loads the bundle in the background, and the first invocation waits for that. */
  static async start(configuration: FunctionConfiguration, options: InstanceOptions): Promise<FunctionInstance> {
    const setup: WorkerSetup = {
      module: pathToFileURL(configuration.modulePath).href,
      handler: configuration.handlerName,
      functionName: configuration.name,
      functionArn: configuration.arn,
      memorySize: configuration.memorySize,
      ...(options.preload === undefined ? {} : { preload: await preloadUrl(options.preload) }),
      preloadData: options.preloadData,
    };
    const worker = new Worker(await workerSource(), {
      eval: true,
      workerData: setup,
      env: { ...configuration.environment },
      execArgv: ['--no-warnings'],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: configuration.memorySize },
    });
    worker.unref();
    return new FunctionInstance(configuration, worker, options);
  }

  /** False once the worker has ended; such an instance takes no further invocation. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Runs one event. The worker is ended when it takes longer than the function's timeout. */
  invoke(requestId: string, event: string): Promise<InvocationResult> {
    const timeout = this.#configuration.timeoutSeconds * 1000;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#timeOut(), this.#ready ? timeout : LOAD_LIMIT_MS);
      this.#pending = { request: { requestId, event, timeout }, resolve, timer, started: performance.now() };
      if (!this.#alive) this.#fail({ errorType: 'Runtime.ExitError', errorMessage: 'the worker has ended' });
      else if (this.#ready) this.#worker.postMessage(this.#pending.request);
    });
  }

  async terminate(): Promise<void> {
    this.#alive = false;
    await this.#worker.terminate();
  }

  #onMessage(message: WorkerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#initMs = message.durationMs;
        if (this.#pending) this.#begin(this.#pending);
        return;
      case 'initError':
        this.#initMs = message.durationMs;
        this.#fail(message.error);
        void this.terminate();
        return;
      case 'result':
        this.#settle({ ok: true, payload: message.payload, billedMs: this.#billed(message.durationMs) });
        return;
      case 'error':
        this.#settle({ ok: false, error: message.error, billedMs: this.#billed(message.durationMs) });
        return;
    }
  }

  /** Hands the invocation over that waited until the function was loaded. */
  #begin(pending: Pending): void {
    clearTimeout(pending.timer);
    pending.timer = setTimeout(() => this.#timeOut(), pending.request.timeout);
    this.#worker.postMessage(pending.request);
  }

  #billed(durationMs: number): number {
    const initMs = this.#initMs;
    this.#initMs = 0;
    return Math.max(1, Math.ceil(durationMs + initMs));
  }

  #timeOut(): void {
    const { timeoutSeconds } = this.#configuration;
    const requestId = this.#pending?.request.requestId ?? '';
    const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
    this.#fail({ errorType: 'Sandbox.Timedout', errorMessage });
    void this.terminate();
  }

  #onExit(code: number): void {
    this.#alive = false;
    const requestId = this.#pending?.request.requestId ?? '';
    const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: exit status ${code}`;
    this.#fail({ errorType: 'Runtime.ExitError', errorMessage });
  }

  #fail(error: FunctionErrorPayload): void {
    this.#alive = this.#alive && this.#ready && error.errorType !== 'Sandbox.Timedout';
    const elapsed = this.#pending ? performance.now() - this.#pending.started : 0;
    this.#settle({ ok: false, error, billedMs: this.#billed(elapsed) });
  }

  #settle(outcome: InvocationResult): void {
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    clearTimeout(pending.timer);
    pending.resolve(outcome);
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}
