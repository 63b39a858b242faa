import type { Clock } from '../clock';
import type { IotEvent } from './events';
import type { IotMeter } from './meter';

/** Who calls another service on the broker's behalf; resource policies check both. */
export interface InvokeSource {
  readonly principal: 'iot.amazonaws.com';
  /** ARN of the authorizer or rule. */
  readonly arn: string;
}

/** What IoT Core needs of the rest of the embedded cloud. */
export interface IotDependencies {
  readonly region: string;
  readonly account: string;
  readonly clock: Clock;
  /** Synchronous invocation (authorizer): the function's result. */
  invoke(functionArn: string, event: unknown, source: InvokeSource): Promise<unknown>;
  /** Asynchronous invocation (rule action): resolves when Lambda's queue has the event. */
  invokeAsync(functionArn: string, event: unknown, source: InvokeSource): Promise<void>;
  /** SQS rule action; rejects when the role may not send to the queue. */
  sendMessage(queueUrl: string, body: string, roleArn: string): Promise<void>;
  /** Whether the role behind an access key may do `action` on `resource`; `context` holds condition keys (`iot:Topic`). */
  isAllowed(accessKeyId: string, action: string, resource: string, context?: Record<string, string>): boolean;
  readonly meter: IotMeter;
  onEvent?(event: IotEvent): void;
}

/** Deviations from AWS's own figures, for benches, tests and the emulator target. */
export interface IotCoreOptions {
  /** PUBLISH packets per second and connection, in and out together. Default 100 (aws-platform section 3). */
  readonly connectionPublishesPerSecond?: number;
  /** Let every client in with a policy that allows everything: a stack without authorizer. Default false. */
  readonly open?: boolean;
  /** Pauses before a rule action is tried again, ms; as many retries as entries. Default [100, 500]. */
  readonly ruleRetryDelays?: readonly number[];
  /** How often connection lifetimes are compared with the clock, ms. Default 1000. */
  readonly sweepInterval?: number;
  /** How long an authorizer may take, ms. Default 5000. */
  readonly authorizerTimeout?: number;
}
