import type { Clock } from '../clock';
import type { ServiceCaller } from '../iam/service-caller';
import type { Backlog } from './connections/admission';
import type { IotEvent } from './events';
import type { IotMeter } from './meter';

/** What IoT Core needs from the rest of the embedded cloud. */
export interface IotDependencies {
  readonly region: string;
  readonly account: string;
  readonly clock: Clock;
  /** Synchronous invocation (authorizer): the function's result. */
  invoke(functionArn: string, event: unknown, caller: ServiceCaller): Promise<unknown>;
  /** Asynchronous invocation (rule action): resolves when Lambda's queue has the event. */
  invokeAsync(functionArn: string, event: unknown, caller: ServiceCaller): Promise<void>;
  /** SQS rule action; rejects when the role may not send to the queue. */
  sendMessage(queueUrl: string, body: string, roleArn: string): Promise<void>;
  /** Whether the holder of the key may do `action` on `resource`. `context` has condition keys, such as `iot:Topic`. */
  isAllowed(accessKeyId: string, action: string, resource: string, context?: Record<string, string>): boolean;
  /** What functions have not handled yet. Clients wait while it is full. */
  readonly backlog: Backlog;
  readonly meter: IotMeter;
  onEvent?(event: IotEvent): void;
}
