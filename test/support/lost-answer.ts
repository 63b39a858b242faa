import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/**
 * Lets the next write of an item to a table arrive, and loses the answer to it. So the SDK sends the write again.
 * Returns a function that says whether that has happened.
 */
export function loseOneAnswer(client: DynamoDBClient, table: string): () => boolean {
  let lost = false;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      const { TableName } = args.input as { readonly TableName?: string };
      if (lost || context.commandName !== 'PutItemCommand' || TableName !== table) return answer;
      lost = true;
      throw Object.assign(new Error('the answer is lost'), { name: 'TimeoutError' });
    },
    { step: 'deserialize', name: `lose an answer of ${table}`, override: true },
  );
  return () => lost;
}
