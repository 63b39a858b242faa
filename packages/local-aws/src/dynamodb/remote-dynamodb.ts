import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../clock';
import { AwsError } from '../endpoint/aws-error';
import type { AwsJsonCall, RequestInput } from '../endpoint/aws-json';
import { type Access, demandAccess } from '../iam/access';
import type { Dynamodb, DynamodbMeter } from './dynamodb';
import { demandsOf } from './request-tables';
import { type HostCredentials, signedHeaders } from './signed-request';

type Output = Record<string, unknown>;

interface Consumed {
  readonly TableName: string;
  readonly CapacityUnits: number;
}

interface RemoteDynamodbOptions {
  readonly access: Access;
  readonly meter: DynamodbMeter;
  readonly clock: Clock;
  readonly region: string;
  readonly account: string;
  readonly endpoint: string;
  readonly credentials: HostCredentials;
}

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);
const METERED = new Set([...READS, 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);
const TABLE_POLL_MS = 200;

/**
 * A DynamoDB somewhere else: on AWS, or DynamoDB Local. This class checks the caller's role, signs the request with the
 * host's own key, and counts the units that DynamoDB reports.
 */
export class RemoteDynamodb implements Dynamodb {
  readonly contentType = 'application/x-amz-json-1.0';
  readonly errorNamespace = 'com.amazonaws.dynamodb.v20120810#';
  readonly #options: RemoteDynamodbOptions;

  constructor(options: RemoteDynamodbOptions) {
    this.#options = options;
  }

  async createTable(input: RequestInput): Promise<void> {
    const { TableName } = input;
    try {
      await this.#send('CreateTable', input);
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceInUseException') throw error;
    }
    while (!(await this.#isActive({ TableName }))) await pause(TABLE_POLL_MS);
  }

  async call({ operation, input, accessKeyId }: AwsJsonCall): Promise<unknown> {
    const { access, region, account } = this.#options;
    for (const { action, resource } of demandsOf(operation, input)) {
      const arn = `arn:aws:dynamodb:${region}:${account}:table/${resource}`;
      demandAccess(access, { accessKeyId, action: `dynamodb:${action}`, resource: arn });
    }
    if (!METERED.has(operation)) return this.#send(operation, input);
    const asked = input.ReturnConsumedCapacity ?? 'NONE';
    const output = await this.#send(
      operation,
      asked === 'NONE' ? { ...input, ReturnConsumedCapacity: 'TOTAL' } : input,
    );
    this.#count(operation, output.ConsumedCapacity);
    if (asked === 'NONE') delete output.ConsumedCapacity;
    return output;
  }

  async close(): Promise<void> {
    // there is nothing to close: fetch has a pool of its own
  }

  async #isActive(input: RequestInput): Promise<boolean> {
    const { Table } = await this.#send('DescribeTable', input);
    return (Table as { readonly TableStatus?: string } | undefined)?.TableStatus === 'ACTIVE';
  }

  #count(operation: string, reported: unknown): void {
    const list = (Array.isArray(reported) ? reported : reported ? [reported] : []) as readonly Consumed[];
    for (const { TableName, CapacityUnits } of list) {
      if (READS.has(operation)) this.#options.meter.dynamodbRead(TableName, CapacityUnits);
      else this.#options.meter.dynamodbWrite(TableName, CapacityUnits);
    }
  }

  async #send(operation: string, input: RequestInput): Promise<Output> {
    const { endpoint, region, clock, credentials } = this.#options;
    const url = new URL(endpoint);
    const body = JSON.stringify(input);
    const headers = await signedHeaders(
      {
        url,
        service: 'dynamodb',
        region,
        body,
        at: clock.now(),
        headers: { 'content-type': this.contentType, 'x-amz-target': `DynamoDB_20120810.${operation}` },
      },
      credentials,
    );
    const response = await fetch(url, { method: 'POST', headers, body });
    const answer = (await response.json()) as Output;
    if (response.ok) return answer;
    const { __type: type, message, Message, ...details } = answer;
    const code = String(type ?? 'InternalFailure').replace(/^.*#/, '');
    throw new AwsError(code, String(message ?? Message ?? ''), response.status, details);
  }
}
