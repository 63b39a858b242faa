import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Reading } from './detector';

/** What is kept about a source between events. */
export interface Remembered {
  readonly readings: readonly Reading[];
  /** Id of the open alarm, if there is one. */
  readonly alarm?: string;
  /** Grows with every change. */
  readonly version: number;
}

/** Keeps one item per source. Functions that change the same item at the same time do not overwrite each other. */
export class Memory {
  private readonly client = new DynamoDBClient({});

  constructor(private readonly tableName: string) {}

  async of(source: string): Promise<Remembered> {
    const Key = marshall({ source });
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.tableName, Key, ConsistentRead: true }),
    );
    if (Item === undefined) return { readings: [], version: 0 };
    const { readings, alarm, version } = unmarshall(Item);
    return { readings, version, ...(alarm !== undefined && { alarm }) };
  }

  /** Writes `after` if nobody has changed the item since `before` was read. False otherwise. */
  async replace(source: string, before: Remembered, after: Omit<Remembered, 'version'>): Promise<boolean> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.tableName,
          Item: marshall({ source, ...after, version: before.version + 1 }),
          ConditionExpression: 'attribute_not_exists(#version) OR #version = :before',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: marshall({ ':before': before.version }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
