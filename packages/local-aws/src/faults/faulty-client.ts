import type { CallFault, CallFaults, FaultyService } from './call-faults';
import type { SimulatedProcess } from './simulation';

/** What a middleware hands on. */
interface Args {
  input: object;
}
interface Result {
  output: object;
}
type Handler = (args: Args) => Promise<Result>;
type Middleware = (next: Handler, context: object) => Handler;

/** The part of an SDK client that faults are put into. */
export interface SdkClient {
  readonly middlewareStack: {
    add(middleware: never, options: { readonly step: 'initialize'; readonly name: string }): void;
    addRelativeTo(
      middleware: never,
      options: { readonly relation: 'after'; readonly toMiddleware: string; readonly name: string },
    ): void;
  };
}

/**
 * Puts faults into a client of the AWS SDK v3. They happen below the SDK's own repetition. So the SDK repeats a request
 * whose answer was lost, as it does with the real service. Each attempt takes its turn in the simulation.
 */
export function makeFaulty(
  client: SdkClient,
  { service, process, faults }: { service: FaultyService; process: SimulatedProcess; faults: CallFaults },
): void {
  const { simulation } = process;
  const inARow = new WeakMap<object, number>();
  const whole: Middleware = (next) => (args) =>
    simulation.cover(() => inParts(args, next, partsOf(args, service, faults)));
  const attempt: Middleware = (next, command) => (args) => {
    const { invocation } = process;
    return simulation.call(async () => {
      const met = inARow.get(command) ?? 0;
      const fault = faults.next({ service, invocation, inARow: met });
      inARow.set(command, fault === undefined ? 0 : met + 1);
      if (fault === undefined) return next(args);
      const wasDone = fault === 'lostAnswer' || (isSilence(fault) && faults.wasDone());
      if (wasDone) await next(args);
      if (isSilence(fault)) simulation.pass(SILENCE_MS);
      throw errorOf(fault, service);
    }, invocation);
  };
  client.middlewareStack.add(whole as never, { step: 'initialize', name: 'coverCommand' });
  client.middlewareStack.addRelativeTo(attempt as never, {
    relation: 'after',
    toMiddleware: 'retryMiddleware',
    name: 'suffer',
  });
}

/** How long a client waits for an answer that does not come. */
const SILENCE_MS = 3_000;
const isSilence = (fault: CallFault): boolean => fault === 'timedOut' || fault === 'unanswered';

/** The error as the SDK would make it of the service's answer. */
function errorOf(fault: CallFault, service: FaultyService): Error {
  const { name, status, code } = ERRORS[fault];
  const error = new Error(`${fault} by the fault schedule`);
  const throttling = service === 'dynamodb' ? 'ProvisionedThroughputExceededException' : 'ThrottlingException';
  error.name = fault === 'throttled' ? throttling : name;
  return Object.assign(error, {
    ...(code !== undefined && { code }),
    $fault: status < 500 ? 'client' : 'server',
    $metadata: status === 0 ? {} : { httpStatusCode: status },
  });
}

const ERRORS: Readonly<Record<CallFault, { readonly name: string; readonly status: number; readonly code?: string }>> =
  {
    throttled: { name: 'ThrottlingException', status: 400 },
    lostRequest: { name: 'Error', status: 0, code: 'ECONNRESET' },
    lostAnswer: { name: 'Error', status: 0, code: 'ECONNRESET' },
    timedOut: { name: 'TimeoutError', status: 0 },
    failed: { name: 'InternalServerError', status: 500 },
    unprocessed: { name: 'InternalServerError', status: 500 },
    offline: { name: 'ResourceNotFoundException', status: 404 },
    busy: { name: 'ThrottlingException', status: 429 },
    unanswered: { name: 'GatewayTimeoutException', status: 504 },
    broken: { name: 'InternalFailureException', status: 500 },
  };

type Batch = Readonly<Record<string, unknown>>;

/** A batch of which the service takes only a part. */
interface Parts {
  /** Absent when the service takes none of them. */
  readonly taken?: Batch;
  readonly left: Batch;
  readonly leftAs: 'UnprocessedItems' | 'UnprocessedKeys';
}

/** Divides a batch of one table when the schedule says so. */
function partsOf({ input }: Args, service: FaultyService, faults: CallFaults): Parts | undefined {
  const { RequestItems: requests } = input as { RequestItems?: Batch };
  const [table, batch] = Object.entries(requests ?? {})[0] ?? [];
  if (table === undefined) return undefined;
  const isWrite = Array.isArray(batch);
  const { Keys: keys = [], ...settings } = isWrite ? {} : (batch as { Keys: unknown[] });
  const items: readonly unknown[] = isWrite ? batch : keys;
  const taken = items.length - faults.unprocessed(service, items.length);
  if (taken === items.length) return undefined;
  const holding = (some: readonly unknown[]): Batch => ({ [table]: isWrite ? some : { ...settings, Keys: some } });
  return {
    ...(taken > 0 && { taken: holding(items.slice(0, taken)) }),
    left: holding(items.slice(taken)),
    leftAs: isWrite ? 'UnprocessedItems' : 'UnprocessedKeys',
  };
}

async function inParts(args: Args, next: Handler, parts: Parts | undefined): Promise<Result> {
  if (parts === undefined) return next(args);
  const done: Result & { response?: unknown } =
    parts.taken === undefined
      ? { response: {}, output: { $metadata: {} } }
      : await next({ ...args, input: { ...args.input, RequestItems: parts.taken } });
  return { ...done, output: { ...done.output, [parts.leftAs]: parts.left } };
}
