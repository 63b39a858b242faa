import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ProvidedCirrus } from './cirrus';

/** How many messages nobody could handle. */
export async function failureCount({ aws, outputs }: ProvidedCirrus): Promise<number> {
  const client = new SQSClient(aws);
  const { Attributes: counts = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: outputs.FailureQueueUrl, AttributeNames: ['All'] }),
  );
  client.destroy();
  return Number(counts.ApproximateNumberOfMessages) + Number(counts.ApproximateNumberOfMessagesNotVisible);
}
