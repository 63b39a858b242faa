import type { AwsJsonService } from '../endpoint/aws-json';

/** Amazon DynamoDB for the stack: the embedded database, or one somewhere else. */
export interface Dynamodb extends AwsJsonService {
  /** Takes the input of `CreateTable`; a table that exists is kept with its items. */
  createTable(input: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}
