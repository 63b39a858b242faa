import { createHash } from 'node:crypto';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { fail, ok, type Result } from '../base/result';

/** Asks `functions/deliver` to bring one agent up to date. */
export interface DeliveryRequest {
  readonly tenant: string;
  readonly agentId: string;
  readonly agentSerial: string;
}

const request = z.object({
  tenant: z.string().check(z.minLength(1)),
  agentId: z.string().check(z.minLength(1)),
  agentSerial: z.string().check(z.minLength(1)),
});

/** What the FIFO queue accepts as group or de-duplication id. */
const ALLOWED = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/;
const idOf = (text: string): string => (ALLOWED.test(text) ? text : createHash('sha256').update(text).digest('hex'));

/**
 * The delivery queue. Each agent has a message group of its own. So only one function instance sends to a device at a
 * time, and the device gets its operations in order.
 */
export class DeliveryQueue {
  constructor(
    private readonly client: Pick<SQSClient, 'send'>,
    private readonly url: string,
  ) {}

  /**
   * Queues a request. `dedupId` names its cause (an operation's id, a lifecycle event): the queue drops a second
   * request of the same cause within five minutes. `clientId` is the agent's; it is left out while the agent has never
   * connected.
   */
  async requestDelivery(
    { tenant, agentId, agentSerial, clientId }: DeliveryRequest & { readonly clientId?: string },
    dedupId: string,
  ): Promise<void> {
    await this.client.send(
      new SendMessageCommand({
        QueueUrl: this.url,
        MessageGroupId: idOf(clientId ?? `${tenant}/${agentSerial}`),
        MessageDeduplicationId: idOf(dedupId),
        MessageBody: JSON.stringify({ tenant, agentId, agentSerial } satisfies DeliveryRequest),
      }),
    );
  }
}

/** Reads the body of a delivery message; the error says what is wrong with it. */
export function parseDeliveryRequest(body: string): Result<DeliveryRequest, string> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return fail('delivery request is not JSON');
  }
  const parsed = z.safeParse(request, json);
  return parsed.success ? ok(parsed.data) : fail(`delivery request is wrong: ${z.prettifyError(parsed.error)}`);
}

/** What `retrySoon` needs to know of a received message. */
export interface ReceivedRequest {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

const FIRST_RETRY_S = 2;
const LONGEST_RETRY_S = 120;

/**
 * Makes failed requests visible again after some seconds, and after twice as long each further time. Otherwise a
 * throttled device would wait for the queue's visibility timeout, which is minutes. All requests of a batch get the
 * delay of the first one, which keeps their order.
 */
export async function retrySoon(
  client: Pick<SQSClient, 'send'>,
  url: string,
  requests: readonly ReceivedRequest[],
): Promise<void> {
  const received = Number(requests[0]?.attributes.ApproximateReceiveCount ?? 1);
  const delay = Math.min(FIRST_RETRY_S * 2 ** (received - 1), LONGEST_RETRY_S);
  await client.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl: url,
      Entries: requests.map(({ receiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: delay,
      })),
    }),
  );
}
