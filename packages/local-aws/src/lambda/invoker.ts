import type { ServiceCaller } from '../iam/service-caller';
import type { InvocationResult } from './runtime/instance';

/**
 * How other services invoke the functions of the stack. `caller` is the service that invokes; without a matching
 * `AWS::Lambda::Permission` it is refused with `AccessDeniedException`. The host itself passes none.
 */
export interface Invoker {
  /** Runs an event (JSON text) and waits for how it ended. An event over the limit is an `AwsError`. */
  invoke(functionArn: string, event: string, caller?: ServiceCaller): Promise<InvocationResult>;
  /** Accepts an event for asynchronous invocation. Refusals as `invoke`, with the smaller size limit. */
  invokeAsync(functionArn: string, event: string, caller?: ServiceCaller): void;
}
