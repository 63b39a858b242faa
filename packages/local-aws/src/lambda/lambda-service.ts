import type { Clock } from '../clock';
import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Access, RoleKeys } from '../iam/access';
import type { Journal } from '../journal';
import type { Meter } from '../meter/meter';
import type { Scheduler } from '../scheduler';
import type { Service } from '../service';
import type { QueueReader, QueueSender } from '../sqs/queue-sender';
import { arnOf, type StackIdentity } from '../template/resource-type';
import { CodeFolders } from './code-folders';
import type { EventSourceMapping } from './event-source-mapping';
import { Functions } from './functions';
import { invokeApi } from './invoke-api';
import { LAMBDA_LIMITS } from './limits';
import { lambdaResources } from './resources';

interface LambdaDependencies {
  readonly access: Access;
  readonly roleKeys: RoleKeys;
  readonly queues: QueueSender & QueueReader;
  readonly meter: Pick<Meter, 'lambdaInvoked'>;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly stack: StackIdentity;
  readonly endpointUrl: string;
  /** S3 object key of an asset → directory. */
  readonly assets: ReadonlyMap<string, string>;
  /** Most instances of one function, and most batches of one event source mapping. */
  readonly concurrency: number;
  /** Other numbers of instances for single functions, by name. */
  readonly functionConcurrency: Readonly<Record<string, number>>;
  /** Milliseconds before the retries of an asynchronous event. */
  readonly retryDelays: readonly [number, number];
  readonly journal: Journal;
  readonly preload?: string;
  readonly preloadData?: unknown;
  onLog(functionName: string, line: string): void;
}

/** How long `close` waits for running invocations before it ends them, in milliseconds. */
const DRAIN_LIMIT = 2_000;

/** AWS Lambda: functions, and the queues that feed them. Asynchronous events outlive the process. */
export class LambdaService implements Service {
  readonly name = 'lambda';
  readonly limits = LAMBDA_LIMITS;
  readonly functions: Functions;
  readonly state: Functions;
  readonly resources;
  readonly #access: Access;
  readonly #stack: StackIdentity;
  readonly #mappings: EventSourceMapping[] = [];
  readonly #code: CodeFolders;

  constructor(dependencies: LambdaDependencies) {
    this.#access = dependencies.access;
    this.#stack = dependencies.stack;
    this.functions = new Functions({ ...dependencies, account: this.#stack.account });
    this.state = this.functions;
    this.#code = new CodeFolders(dependencies.assets);
    const own = { functions: this.functions, mappings: this.#mappings, code: this.#code };
    this.resources = lambdaResources({ ...dependencies, ...own });
  }

  mount(endpoint: ServiceEndpoint): void {
    const arnPrefix = arnOf({ stack: this.#stack }, 'lambda', 'function:');
    endpoint.mount('lambda', invokeApi({ invoker: this.functions, access: this.#access, arnPrefix }));
  }

  /** Begins to read queues, and resumes the events of an earlier run. */
  async open(): Promise<void> {
    for (const mapping of this.#mappings) mapping.start();
    this.functions.resume();
  }

  idle(): Promise<void> {
    return this.functions.idle();
  }

  /**
   * Ends invocations that still run after two seconds. Their events stay in the state, their messages in the queues.
   */
  async close(): Promise<void> {
    await withinLimit(this.#drained());
    for (const mapping of this.#mappings) void mapping.close();
    await this.functions.close();
    this.#code.close();
  }

  /** Resolves when no event is open and no batch is with a function, also none that an event or a batch has caused. */
  async #drained(): Promise<void> {
    do {
      await this.functions.idle();
      await Promise.all(this.#mappings.map((mapping) => mapping.idle()));
    } while (this.functions.isBusy);
  }
}

async function withinLimit(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_LIMIT);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
