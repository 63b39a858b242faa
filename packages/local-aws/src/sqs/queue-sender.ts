import type { RequestInput } from '../endpoint/aws-json';
import type { ServiceCaller } from '../iam/service-caller';
import type { Queue } from './queue';

/** How other services send to the queues of the stack. Sending throws an `AwsError` when SQS refuses it. */
export interface QueueSender {
  byArn(arn: string): Queue | undefined;
  byUrl(url: string): Queue | undefined;
  /** Sends with the rights of the role that has this access key, as rule actions and destinations do. */
  sendAs(accessKeyId: string, queue: Queue, body: string): void;
  /**
   * Sends as an AWS service for one of its resources. The queue's own policy must allow it. `message` is the input of
   * SendMessage.
   */
  sendByService(caller: ServiceCaller, queue: Queue, message: RequestInput): void;
}

/** What Lambda needs to feed a queue to a function. */
export interface QueueReader {
  byArn(arn: string): Queue | undefined;
  /** Whether the caller may do `action` (such as `ReceiveMessage`) on the queue. */
  isAllowed(accessKeyId: string, action: string, queue: Queue): boolean;
  /** Counts one request against the queue, as AWS bills it. */
  countRequest(queue: Queue, bytes: number): void;
}
