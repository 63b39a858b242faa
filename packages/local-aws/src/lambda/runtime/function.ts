import type { FunctionConfiguration } from '../configuration';
import { FunctionInstance, type InstanceOptions, type InvocationResult } from './instance';

interface FunctionOptions extends InstanceOptions {
  /** Most instances. Further invocations wait. */
  readonly concurrency: number;
  newRequestId(): string;
  /** Called for every ended invocation. */
  onInvoked(billedMs: number, memorySize: number): void;
}

interface Waiting {
  readonly event: string;
  readonly requestId: string;
  readonly resolve: (outcome: InvocationResult) => void;
}

/** A function and its instances. They are started on demand; the one that was used last is used again first. */
export class LambdaFunction {
  readonly configuration: FunctionConfiguration;
  readonly #options: FunctionOptions;
  readonly #idle: FunctionInstance[] = [];
  readonly #busy = new Set<FunctionInstance>();
  readonly #waiting: Waiting[] = [];
  /** Instances that are alive or being started. */
  #size = 0;
  #closed = false;

  constructor(configuration: FunctionConfiguration, options: FunctionOptions) {
    this.configuration = configuration;
    this.#options = options;
  }

  /** Runs one event (JSON text) and waits for its result. */
  invoke(event: string, requestId = this.#options.newRequestId()): Promise<InvocationResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ event, requestId, resolve });
      void this.#work();
    });
  }

  /** Ends all instances; running invocations end with an error. */
  async close(): Promise<void> {
    this.#closed = true;
    const instances = [...this.#idle.splice(0), ...this.#busy];
    await Promise.all(instances.map((instance) => instance.terminate()));
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed) {
      const instance = this.#idle.pop() ?? (await this.#startOne());
      if (instance === 'failed') continue;
      if (!instance) return;
      if (!instance.alive) {
        this.#size -= 1;
        continue;
      }
      const next = this.#waiting.shift();
      if (next) void this.#run(instance, next);
      else this.#idle.push(instance);
    }
  }

  /** Undefined when there are as many as may be. When an instance cannot start, one waiting invocation has failed. */
  async #startOne(): Promise<FunctionInstance | 'failed' | undefined> {
    if (this.#size >= this.#options.concurrency) return undefined;
    this.#size += 1;
    try {
      return await FunctionInstance.start(this.configuration, this.#options);
    } catch (error) {
      this.#size -= 1;
      const errorMessage = error instanceof Error ? error.message : String(error);
      this.#waiting.shift()?.resolve({
        ok: false,
        error: { errorType: 'Runtime.StartError', errorMessage },
        billedMs: 0,
      });
      return 'failed';
    }
  }

  async #run(instance: FunctionInstance, { event, requestId, resolve }: Waiting): Promise<void> {
    this.#busy.add(instance);
    const outcome = await instance.invoke(requestId, event);
    this.#busy.delete(instance);
    this.#options.onInvoked(outcome.billedMs, this.configuration.memorySize);
    if (instance.alive) this.#idle.push(instance);
    else this.#size -= 1;
    resolve(outcome);
    void this.#work();
  }
}
