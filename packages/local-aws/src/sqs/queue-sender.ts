import type { RequestInput } from '../endpoint/aws-json';
import type { ServiceCaller } from '../iam/service-caller';
import type { Queue } from './queue';

/** How other services reach the queues of the stack. What SQS refuses is an `AwsError`. */
export interface QueueSender {
  byArn(arn: string): Queue | undefined;
  byUrl(url: string): Queue | undefined;
  /** Sends with the rights of the role whose access key this is: what a rule action or a destination does. */
  sendAs(accessKeyId: string, queue: Queue, body: string): void;
  /** Sends as an AWS service for one of its resources, as far as the queue's own policy lets it. `message` is the input of SendMessage. */
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
