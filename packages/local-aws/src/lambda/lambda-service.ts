import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Access } from '../iam/access';
import type { Service } from '../service';
import { arnOf, type StackIdentity } from '../template/resource-type';
import { CodeFolders } from './code-folders';
import type { EventSourceMapping } from './event-source-mapping';
import { Functions, type FunctionsOptions } from './functions';
import { invokeApi } from './invoke-api';
import { LAMBDA_LIMITS } from './limits';
import { type LambdaSurroundings, lambdaResources } from './resources';

interface LambdaDependencies
  extends Omit<FunctionsOptions, 'account'>,
    Omit<LambdaSurroundings, 'functions' | 'mappings' | 'code' | 'onLog'> {
  /** S3 object key of an asset → directory. */
  readonly assets: ReadonlyMap<string, string>;
  readonly access: Access;
  readonly stack: StackIdentity;
}

/** How long `close` waits for running invocations before it ends them, in milliseconds. */
const DRAIN_LIMIT = 2_000;

/** AWS Lambda: functions, their asynchronous events, which outlive the process, and the queues that feed them. */
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

  /** Begins to read queues, and takes up the events of an earlier run. */
  async open(): Promise<void> {
    for (const mapping of this.#mappings) mapping.start();
    this.functions.resume();
  }

  idle(): Promise<void> {
    return this.functions.idle();
  }

  /** What still runs after two seconds is ended. Its events stay in the state, its messages in their queues. */
  async close(): Promise<void> {
    const mappings = this.#mappings.map((mapping) => mapping.close());
    await withinLimit(Promise.all([...mappings, this.functions.idle()]));
    await this.functions.close();
    this.#code.close();
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
