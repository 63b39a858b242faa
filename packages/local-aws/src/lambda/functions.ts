import type { Clock } from '../clock';
import { AwsError } from '../endpoint/aws-error';
import type { ServiceCaller } from '../iam/service-caller';
import type { Journal, JournalEntry } from '../journal';
import type { Meter } from '../meter/meter';
import type { Scheduler } from '../scheduler';
import type { ServiceState } from '../service';
import { newUuid } from '../uuid';
import { AsyncBacklog } from './async-backlog';
import { ASYNC_EVENTS, type AsyncConfiguration, type AsyncEvent, AsyncInvoker } from './async-invoker';
import type { FunctionConfiguration } from './configuration';
import type { Invoker } from './invoker';
import { LAMBDA_LIMITS } from './limits';
import { InvokePermissions } from './permissions';
import { LambdaFunction } from './runtime/function';
import type { InvocationResult } from './runtime/instance';

/** Asynchronous events that have not ended, by function ARN. */
type SavedEvents = Readonly<Record<string, readonly AsyncEvent[]>>;

interface FunctionsOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly meter: Pick<Meter, 'lambdaInvoked'>;
  readonly account: string;
  /** Most instances of one function. */
  readonly concurrency: number;
  /** Other numbers for single functions, by name. */
  readonly functionConcurrency: Readonly<Record<string, number>>;
  readonly retryDelays: readonly [number, number];
  readonly preload?: string;
  readonly preloadData?: unknown;
  readonly journal: Journal;
  onLog(functionName: string, line: string): void;
}

interface Deployed {
  readonly lambdaFunction: LambdaFunction;
  readonly asyncInvoker: AsyncInvoker;
  readonly permissions: InvokePermissions;
}

/** All functions of the stack: synchronous and asynchronous invocation, and who may invoke. */
export class Functions implements Invoker, ServiceState {
  readonly key = ASYNC_EVENTS;
  readonly backlog = new AsyncBacklog();
  readonly #options: FunctionsOptions;
  readonly #functions = new Map<string, Deployed>();
  #saved: SavedEvents = {};

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  deploy(configuration: FunctionConfiguration): void {
    const { clock, scheduler, meter, concurrency, functionConcurrency, retryDelays, preload, preloadData } =
      this.#options;
    const { journal } = this.#options;
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
      asyncInvoker: new AsyncInvoker(lambdaFunction, {
        clock,
        scheduler,
        retryDelays,
        backlog: this.backlog,
        journal,
        onLog,
      }),
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

  invoke(functionArn: string, event: string, caller?: ServiceCaller): Promise<InvocationResult> {
    const { lambdaFunction } = this.#admit(functionArn, event, LAMBDA_LIMITS.synchronousEventBytes, caller);
    return lambdaFunction.invoke(event);
  }

  invokeAsync(functionArn: string, event: string, caller?: ServiceCaller): void {
    const { asyncInvoker } = this.#admit(functionArn, event, LAMBDA_LIMITS.asynchronousEventBytes, caller);
    const { clock } = this.#options;
    asyncInvoker.accept({ requestId: newUuid(clock), event, acceptedAt: clock.now(), attempts: 0 });
  }

  /** Resolves once no function has a pending asynchronous event. It also waits for events that these events cause. */
  async idle(): Promise<void> {
    while (this.isBusy) await Promise.all([...this.#functions.values()].map(({ asyncInvoker }) => asyncInvoker.idle()));
  }

  /** Whether an accepted event has not ended. */
  get isBusy(): boolean {
    return [...this.#functions.values()].some(({ asyncInvoker }) => asyncInvoker.isBusy);
  }

  save(): SavedEvents {
    const entries = [...this.#functions].map(([arn, { asyncInvoker }]) => {
      return [arn, [...asyncInvoker.pending, ...(this.#saved[arn] ?? [])]] as const;
    });
    return Object.fromEntries(entries.filter(([, events]) => events.length > 0));
  }

  *entries(): Iterable<JournalEntry> {
    for (const [owner, events] of Object.entries(this.save())) {
      for (const event of events) yield { key: this.key, owner, id: event.requestId, value: event };
    }
  }

  restore(saved: unknown): void {
    this.#saved = saved as SavedEvents;
  }

  /** Accepts again the events that an earlier run left. */
  resume(): void {
    for (const [arn, events] of Object.entries(this.#saved)) {
      for (const event of events) this.#functions.get(arn)?.asyncInvoker.accept(event);
    }
    this.#saved = {};
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

  #admit(functionArn: string, event: string, limit: number, caller: ServiceCaller | undefined): Deployed {
    const deployed = this.#function(functionArn);
    if (caller && !deployed.permissions.allow(caller)) {
      const message = `${caller.principal} (${caller.arn}) is not authorized to perform: lambda:InvokeFunction on ${functionArn}`;
      throw new AwsError('AccessDeniedException', message, 403);
    }
    const size = Buffer.byteLength(event);
    if (size > limit) {
      throw new AwsError('RequestEntityTooLargeException', `the event has ${size} bytes, the limit is ${limit}`, 413);
    }
    return deployed;
  }
}
