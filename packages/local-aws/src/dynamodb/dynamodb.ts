import type { AwsJsonApi, RequestInput } from '../endpoint/aws-json';
import type { Meter } from '../meter/meter';

/** Amazon DynamoDB for the stack: the embedded database, or one somewhere else. */
export interface Dynamodb extends AwsJsonApi {
  /** Creates a table from the input of `CreateTable`. A table that exists is kept with its items. */
  createTable(input: RequestInput): Promise<void>;
  close(): Promise<void>;
}

/** Counts the units that AWS bills. */
export type DynamodbMeter = Pick<Meter, 'dynamodbRead' | 'dynamodbWrite'>;
