import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

interface QueueEvent {
  readonly Records: readonly { readonly body: string }[];
}

const database = new DynamoDBClient({});

/** Packs the orders that the rule has queued. */
export async function handler({ Records }: QueueEvent): Promise<void> {
  for (const { body } of Records) {
    const { detail } = JSON.parse(body) as { readonly detail: { readonly id: string } };
    const update = { UpdateExpression: 'SET packed = :yes', ExpressionAttributeValues: { ':yes': { BOOL: true } } };
    const Key = { id: { S: detail.id } };
    await database.send(new UpdateItemCommand({ TableName: process.env.ORDERS, Key, ...update }));
    console.log(`packed ${detail.id}`);
  }
}
