import type { Clock } from '../clock';
import type { Journal, JournalEntry } from '../journal';
import type { Scheduler } from '../scheduler';
import type { AsyncBacklog } from './async-backlog';
import { LAMBDA_LIMITS } from './limits';
import type { LambdaFunction } from './runtime/function';
import type { InvocationResult } from './runtime/instance';

/** An event that was accepted and has not ended yet. */
export interface AsyncEvent {
  readonly requestId: string;
  /** The event as JSON text. */
  readonly event: string;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** Attempts that have ended. */
  readonly attempts: number;
}

/** An `AWS::Lambda::EventInvokeConfig`, with AWS's defaults for what the template leaves out. */
export interface AsyncConfiguration {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  /** Sends a record to the on-failure destination. */
  readonly onFailure?: (record: string) => Promise<void>;
  /** Sends a record to the on-success destination. */
  readonly onSuccess?: (record: string) => Promise<void>;
}

const DEFAULTS: AsyncConfiguration = {
  maximumRetryAttempts: LAMBDA_LIMITS.retryAttempts,
  maximumEventAgeSeconds: LAMBDA_LIMITS.eventAgeSeconds,
};

interface AsyncOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Milliseconds before the first and the second retry. AWS waits one and two minutes. */
  readonly retryDelays: readonly [number, number];
  readonly backlog: AsyncBacklog;
  readonly journal: Journal;
  onLog(line: string): void;
}

/** The key of accepted events in the journal. Their owner is the function's ARN. */
export const ASYNC_EVENTS = 'asyncEvents';

type Ending = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

/**
 * Asynchronous invocation of one function. It accepts an event at once and retries it as configured. An event that
 * still fails goes to the on-failure destination.
 */
export class AsyncInvoker {
  readonly #function: LambdaFunction;
  readonly #options: AsyncOptions;
  readonly #open = new Map<string, AsyncEvent>();
  #configuration: AsyncConfiguration = DEFAULTS;
  /** Wakes everybody who waits until nothing is pending. */
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  constructor(lambdaFunction: LambdaFunction, options: AsyncOptions) {
    this.#function = lambdaFunction;
    this.#options = options;
  }

  configure(configuration: AsyncConfiguration): void {
    this.#configuration = configuration;
  }

  /** Accepts an event. It runs at least once, now or later. Throws a `JournalError` when it could not be kept. */
  accept(event: AsyncEvent): void {
    this.#options.journal.keep(this.#entry(event));
    this.#open.set(event.requestId, event);
    this.#options.backlog.add(event.event);
    void this.#attempt(event);
  }

  /** Events that were accepted and have not ended: they run, or wait for an instance or a retry. */
  get pending(): readonly AsyncEvent[] {
    return [...this.#open.values()];
  }

  get isBusy(): boolean {
    return this.#open.size > 0;
  }

  /** Resolves once nothing is pending. */
  async idle(): Promise<void> {
    while (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** Starts no further attempt. Events that have not ended stay in `pending`. */
  close(): void {
    this.#closed = true;
  }

  async #attempt(event: AsyncEvent): Promise<void> {
    const outcome = await this.#function.invoke(event.event, event.requestId);
    if (this.#closed && !outcome.ok) return;
    const tried = { ...event, attempts: event.attempts + 1 };
    if (outcome.ok) return this.#end(tried, outcome, 'Success');
    const { clock, scheduler, retryDelays, journal } = this.#options;
    if (tried.attempts > this.#configuration.maximumRetryAttempts) return this.#end(tried, outcome, 'RetriesExhausted');
    const delay = retryDelays[tried.attempts - 1] ?? retryDelays[1];
    const expiresAt = event.acceptedAt + this.#configuration.maximumEventAgeSeconds * 1000;
    if (clock.now() + delay > expiresAt) return this.#end(tried, outcome, 'EventAgeExceeded');
    this.#open.set(tried.requestId, tried);
    journal.amend(this.#entry(tried));
    scheduler.after(delay, () => void this.#attempt(tried));
  }

  async #end(event: AsyncEvent, outcome: InvocationResult, condition: Ending): Promise<void> {
    const { onFailure, onSuccess } = this.#configuration;
    const destination = condition === 'Success' ? onSuccess : onFailure;
    try {
      await destination?.(this.#record(event, outcome, condition));
    } catch (error) {
      this.#options.onLog(`destination refused the record of ${event.requestId}: ${String(error)}`);
    }
    this.#open.delete(event.requestId);
    this.#options.journal.drop(this.#entry(event));
    this.#options.backlog.remove(event.event);
    if (this.#open.size > 0) return;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #entry(event: AsyncEvent): JournalEntry {
    return { key: ASYNC_EVENTS, owner: this.#function.configuration.arn, id: event.requestId, value: event };
  }

  #record(event: AsyncEvent, outcome: InvocationResult, condition: Ending): string {
    return JSON.stringify({
      version: '1.0',
      timestamp: new Date(this.#options.clock.now()).toISOString(),
      requestContext: {
        requestId: event.requestId,
        functionArn: `${this.#function.configuration.arn}:$LATEST`,
        condition,
        approximateInvokeCount: event.attempts,
      },
      requestPayload: JSON.parse(event.event),
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(outcome.ok ? {} : { functionError: 'Unhandled' }),
      },
      responsePayload: outcome.ok ? JSON.parse(outcome.payload) : outcome.error,
    });
  }
}
