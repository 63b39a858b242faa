import type { Clock } from '../clock';
import { AwsError } from '../endpoint/aws-error';
import type { Meter } from '../meter/meter';
import type { Scheduler } from '../scheduler';
import { newUuid } from '../uuid';
import { type AsyncConfiguration, type AsyncEvent, AsyncInvoker } from './async-invoker';
import type { FunctionConfiguration } from './configuration';
import { LambdaFunction } from './function';
import type { InvocationResult } from './instance';
import { InvokePermissions, type InvokeSource } from './permissions';

/** AWS's payload limits in bytes. */
const SYNCHRONOUS_LIMIT = 6 * 1024 * 1024;
const ASYNCHRONOUS_LIMIT = 1024 * 1024;

export interface LambdaOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly meter: Meter;
  readonly account: string;
  /** Instances per function at most. */
  readonly concurrency: number;
  /** Other numbers for single functions, by name. */
  readonly functionConcurrency: Readonly<Record<string, number>>;
  readonly retryDelays: readonly [number, number];
  readonly preload?: string;
  readonly preloadData?: unknown;
  onLog(functionName: string, line: string): void;
}

interface Deployed {
  readonly lambdaFunction: LambdaFunction;
  readonly asyncInvoker: AsyncInvoker;
  readonly permissions: InvokePermissions;
}

/** All functions of the stack: synchronous and asynchronous invocation, and who may invoke. */
export class LambdaService {
  readonly #options: LambdaOptions;
  readonly #functions = new Map<string, Deployed>();

  constructor(options: LambdaOptions) {
    this.#options = options;
  }

  deploy(configuration: FunctionConfiguration): void {
    const { clock, scheduler, meter, concurrency, functionConcurrency, retryDelays, preload, preloadData } =
      this.#options;
    const onLog = (line: string) => this.#options.onLog(configuration.name, line);
    const lambdaFunction = new LambdaFunction(configuration, {
      concurrency: functionConcurrency[configuration.name] ?? concurrency,
      onLog,
      ...(preload === undefined ? {} : { preload }),
      preloadData,
      newRequestId: () => newUuid(clock),
      onInvoked: (billedMs, memorySize) => meter.lambdaInvoked(configuration.name, billedMs, memorySize),
    });
    this.#functions.set(configuration.arn, {
      lambdaFunction,
      asyncInvoker: new AsyncInvoker(lambdaFunction, { clock, scheduler, retryDelays, onLog }),
      permissions: new InvokePermissions(this.#options.account),
    });
  }

  permissions(functionArn: string): InvokePermissions {
    return this.#function(functionArn).permissions;
  }

  configureAsync(functionArn: string, configuration: AsyncConfiguration): void {
    this.#function(functionArn).asyncInvoker.configure(configuration);
  }

  configuration(functionArn: string): FunctionConfiguration {
    return this.#function(functionArn).lambdaFunction.configuration;
  }

  /**
   * Runs an event and waits. `source` is the invoking service, refused with `AccessDeniedException` without a matching
   * `AWS::Lambda::Permission`; the host itself passes none.
   */
  invoke(functionArn: string, event: string, source?: InvokeSource): Promise<InvocationResult> {
    const { lambdaFunction } = this.#admit(functionArn, event, SYNCHRONOUS_LIMIT, source);
    return lambdaFunction.invoke(event);
  }

  /** Accepts an event for asynchronous invocation. Refusals as `invoke`, with the smaller payload limit. */
  invokeAsync(functionArn: string, event: string, source?: InvokeSource): void {
    const { asyncInvoker } = this.#admit(functionArn, event, ASYNCHRONOUS_LIMIT, source);
    const { clock } = this.#options;
    asyncInvoker.accept({ requestId: newUuid(clock), event, acceptedAt: clock.now(), attempts: 0 });
  }

  /** Resolves once no function has a pending asynchronous event; what these events cause in turn is waited for too. */
  async idle(): Promise<void> {
    const invokers = [...this.#functions.values()].map(({ asyncInvoker }) => asyncInvoker);
    while (invokers.some(({ pending }) => pending.length > 0)) {
      await Promise.all(invokers.map((invoker) => invoker.idle()));
    }
  }

  /** Asynchronous events that have not ended, by function ARN. */
  pending(): Record<string, readonly AsyncEvent[]> {
    const entries = [...this.#functions].map(([arn, { asyncInvoker }]) => [arn, asyncInvoker.pending] as const);
    return Object.fromEntries(entries.filter(([, events]) => events.length > 0));
  }

  /** Accepts events again that an earlier run left behind. */
  restore(pending: Readonly<Record<string, readonly AsyncEvent[]>>): void {
    for (const [arn, events] of Object.entries(pending)) {
      for (const event of events) this.#functions.get(arn)?.asyncInvoker.accept(event);
    }
  }

  /** Starts no further attempt and ends all instances. */
  async close(): Promise<void> {
    const functions = [...this.#functions.values()];
    for (const { asyncInvoker } of functions) asyncInvoker.close();
    await Promise.all(functions.map(({ lambdaFunction }) => lambdaFunction.close()));
  }

  #function(functionArn: string): Deployed {
    const deployed = this.#functions.get(functionArn);
    if (!deployed) throw new AwsError('ResourceNotFoundException', `Function not found: ${functionArn}`, 404);
    return deployed;
  }

  #admit(functionArn: string, event: string, limit: number, source: InvokeSource | undefined): Deployed {
    const deployed = this.#function(functionArn);
    if (source && !deployed.permissions.allow(source)) {
      const message = `${source.principal} (${source.arn}) is not authorized to perform: lambda:InvokeFunction on ${functionArn}`;
      throw new AwsError('AccessDeniedException', message, 403);
    }
    const size = Buffer.byteLength(event);
    if (size > limit) {
      throw new AwsError('RequestEntityTooLargeException', `the event has ${size} bytes, the limit is ${limit}`, 413);
    }
    return deployed;
  }
}
