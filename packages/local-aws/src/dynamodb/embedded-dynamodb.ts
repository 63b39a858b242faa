import { AwsError } from '../endpoint/aws-error';
import type { AwsJsonCall, RequestInput } from '../endpoint/aws-json';
import { type Access, demandAccess } from '../iam/access';
import { indexWriteUnits, itemBytes, readUnits, tableWriteUnits } from './capacity';
import {
  createStore,
  type DynaliteError,
  type DynaliteOperation,
  type DynaliteStore,
  isDynaliteOperation,
  runOperation,
} from './dynalite';
import type { Dynamodb, DynamodbMeter } from './dynamodb';
import type { Item, TableDescription } from './item';
import { recordingStore, type TouchedItem } from './recording-store';
import { tablesOf } from './request-tables';
import { demandWithinLimits } from './within-limits';

type Output = Record<string, unknown>;

/** AWS bills a failed condition like the write that it refuses. */
const CONDITION_FAILED = 'ConditionalCheckFailedException';
const SINGLE_WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

interface EmbeddedDynamodbOptions {
  readonly access: Access;
  readonly meter: DynamodbMeter;
  readonly region: string;
  readonly account: string;
  /** Directory of the database; in memory when absent. */
  readonly path?: string;
}

/** Amazon DynamoDB on dynalite: permissions checked, and units counted from the items each operation touched. */
export class EmbeddedDynamodb implements Dynamodb {
  readonly contentType = 'application/x-amz-json-1.0';
  readonly errorNamespace = 'com.amazonaws.dynamodb.v20120810#';
  readonly #access: Access;
  readonly #meter: DynamodbMeter;
  readonly #store: DynaliteStore;
  readonly #arnPrefix: string;
  readonly #tables = new Map<string, TableDescription>();

  constructor({ access, meter, region, account, path }: EmbeddedDynamodbOptions) {
    this.#access = access;
    this.#meter = meter;
    this.#store = createStore(path, region, account);
    this.#arnPrefix = `arn:aws:dynamodb:${region}:${account}:table/`;
  }

  async createTable(input: RequestInput): Promise<void> {
    const name = String(input.TableName);
    if (!(await this.#describe(name))) await runOperation(this.#store, 'CreateTable', input);
    let table = await this.#describe(name);
    while (table?.TableStatus !== 'ACTIVE') {
      await new Promise((resolve) => setImmediate(resolve));
      table = await this.#describe(name);
    }
    this.#tables.set(name, table);
  }

  async call({ operation, input, accessKeyId }: AwsJsonCall): Promise<unknown> {
    if (!isDynaliteOperation(operation) || operation === 'CreateTable') {
      throw new AwsError('UnknownOperationException', `DynamoDB operation ${operation} is not embedded here`);
    }
    const resources = tablesOf(operation, input);
    for (const resource of resources) this.#authorize(accessKeyId, operation, resource);
    demandWithinLimits(operation, input, (name) => this.#tables.get(name));
    return this.#run(operation, input);
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => this.#store.db.close((error) => (error ? reject(error) : resolve())));
  }

  #authorize(accessKeyId: string, operation: string, resource: string): void {
    const action = `dynamodb:${operation}`;
    demandAccess(this.#access, { accessKeyId, action, resource: `${this.#arnPrefix}${resource}` });
  }

  async #run(operation: DynaliteOperation, input: RequestInput): Promise<Output> {
    const touched = new Map<string, TouchedItem>();
    const wanted = input.ReturnConsumedCapacity ?? 'NONE';
    const isQuery = operation === 'Query' || operation === 'Scan';
    const asked = isQuery
      ? { ...input, ReturnConsumedCapacity: 'TOTAL' }
      : { ...input, ReturnConsumedCapacity: 'NONE' };
    try {
      const output = await runOperation(recordingStore(this.#store, touched), operation, asked);
      const consumed = isQuery ? this.#countQuery(input, output) : this.#countItems(operation, input, touched);
      delete output.ConsumedCapacity;
      if (wanted === 'NONE' || consumed.size === 0) return output;
      return { ...output, ConsumedCapacity: consumedCapacity(operation, consumed) };
    } catch (error) {
      throw this.#refusal(error as DynaliteError, operation, input, touched);
    }
  }

  /** Counts the units of the items that were read or written. Returns them by table. */
  #countItems(operation: string, input: RequestInput, touched: ReadonlyMap<string, TouchedItem>): Map<string, number> {
    const consumed = new Map<string, number>();
    const isRead = operation === 'GetItem' || operation === 'BatchGetItem';
    for (const { table, before, after } of touched.values()) {
      const units = isRead
        ? readUnits(before ? itemBytes(before) : 0, isConsistent(operation, input, table))
        : this.#writeUnits(table, before, after);
      consumed.set(table, (consumed.get(table) ?? 0) + units);
    }
    for (const [table, units] of consumed) {
      if (isRead) this.#meter.dynamodbRead(table, units);
      else this.#meter.dynamodbWrite(table, units);
    }
    return consumed;
  }

  #writeUnits(table: string, before: Item | undefined, after: Item | undefined): number {
    const description = this.#tables.get(table);
    const indexUnits = description ? indexWriteUnits(description, before, after) : 0;
    return tableWriteUnits(before, after) + indexUnits;
  }

  /** AWS bills a query for what it read before any filter. dynalite adds that up, but without AWS's minimum. */
  #countQuery(input: RequestInput, output: Output): Map<string, number> {
    const table = String(input.TableName);
    const reported = (output.ConsumedCapacity as { CapacityUnits?: number } | undefined)?.CapacityUnits ?? 0;
    const consistent = input.ConsistentRead === true;
    const complete = input.FilterExpression === undefined && input.ProjectionExpression === undefined;
    const items = complete ? (output.Items as readonly Item[] | undefined) : undefined;
    const units = items
      ? readUnits(
          items.reduce((bytes, item) => bytes + itemBytes(item), 0),
          consistent,
        )
      : Math.max(consistent ? 1 : 0.5, reported);
    this.#meter.dynamodbRead(table, units);
    return new Map([[table, units]]);
  }

  #refusal(
    error: DynaliteError,
    operation: string,
    input: RequestInput,
    touched: ReadonlyMap<string, TouchedItem>,
  ): Error {
    const { statusCode, body } = error;
    if (statusCode === undefined || body === undefined) return error;
    const code = body.__type.slice(body.__type.indexOf('#') + 1);
    if (code !== CONDITION_FAILED || !SINGLE_WRITES.has(operation)) {
      return new AwsError(code, body.message ?? '', statusCode);
    }
    const [item] = touched.values();
    const table = String(input.TableName);
    this.#meter.dynamodbWrite(table, tableWriteUnits(item?.before, input.Item as Item | undefined));
    const shown = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && item?.before ? { Item: item.before } : {};
    return new AwsError(code, body.message ?? '', statusCode, shown);
  }

  #describe(name: string): Promise<TableDescription | undefined> {
    return new Promise((resolve) => this.#store.getTable(name, false, (_error, table) => resolve(table)));
  }
}

function isConsistent(operation: string, input: RequestInput, table: string): boolean {
  if (operation === 'GetItem') return input.ConsistentRead === true;
  const requests = input.RequestItems as Readonly<Record<string, { readonly ConsistentRead?: boolean }>> | undefined;
  return requests?.[table]?.ConsistentRead === true;
}

function consumedCapacity(operation: string, consumed: ReadonlyMap<string, number>): unknown {
  const tables = [...consumed].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits }));
  return operation.startsWith('Batch') ? tables : tables[0];
}
