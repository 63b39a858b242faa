import type { ServiceCaller } from '../iam/service-caller';
import type { InvocationResult } from './runtime/instance';

/**
 * How other services invoke the functions of the stack. `caller` is the service that invokes. Without a matching
 * `AWS::Lambda::Permission` it is refused with `AccessDeniedException`. The host itself gives no caller.
 */
export interface Invoker {
  /** Runs an event (JSON text) and waits for its result. Throws an `AwsError` for an event over the limit. */
  invoke(functionArn: string, event: string, caller?: ServiceCaller): Promise<InvocationResult>;
  /** Accepts an event for asynchronous invocation. It refuses as `invoke` does, with a smaller size limit. */
  invokeAsync(functionArn: string, event: string, caller?: ServiceCaller): void;
}
