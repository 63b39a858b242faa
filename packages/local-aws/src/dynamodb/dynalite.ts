import { createRequire } from 'node:module';
import type { Item, TableDescription } from './item';

// dynalite without its HTTP server: its actions and validations are called directly. That saves a hop and a second
// parse for each request, and the caller sees which items an action touched.
const require = createRequire(import.meta.url);

type Callback<T> = (error: DynaliteError | null, value?: T) => void;

/** A refusal of dynalite: the HTTP status and the body that DynamoDB would send. */
export interface DynaliteError extends Error {
  readonly statusCode?: number;
  readonly body?: { readonly __type: string; readonly message?: string };
}

/** One key space of the store: the items of a table, or the entries of an index. */
export interface DynaliteDb {
  get(key: string, callback: Callback<Item>): void;
  put(key: string, value: Item, callback: Callback<void>): void;
  del(key: string, callback: Callback<void>): void;
}

/** A database: its tables and their items. */
export interface DynaliteStore {
  readonly db: { close(callback: Callback<void>): void };
  readonly tableDb: { awsAccountId: string; awsRegion: string };
  getItemDb(table: string): DynaliteDb;
  getTable(name: string, checkStatus: boolean, callback: Callback<TableDescription>): void;
}

type Action = (
  store: DynaliteStore,
  data: Record<string, unknown>,
  callback: Callback<Record<string, unknown>>,
) => void;
interface Validation {
  readonly types: unknown;
  readonly custom?: unknown;
}
interface Validations {
  checkTypes(data: unknown, types: unknown): Record<string, unknown>;
  checkValidations(data: unknown, types: unknown, custom: unknown, store: DynaliteStore): void;
}

const database = require('dynalite/db') as { create(options: object): DynaliteStore };
const validations = require('dynalite/validations') as Validations;

const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
] as const;
export type DynaliteOperation = (typeof OPERATIONS)[number];

const actions = new Map<string, { readonly action: Action; readonly validation: Validation }>(
  OPERATIONS.map((operation) => {
    const file = operation.charAt(0).toLowerCase() + operation.slice(1);
    const action = require(`dynalite/actions/${file}`) as Action;
    return [operation, { action, validation: require(`dynalite/validations/${file}`) as Validation }];
  }),
);

/** Whether dynalite has the operation. */
export function isDynaliteOperation(operation: string): operation is DynaliteOperation {
  return actions.has(operation);
}

/** A store in memory, or in the directory `path`. */
export function createStore(path: string | undefined, region: string, account: string): DynaliteStore {
  const store = database.create({ createTableMs: 0, ...(path === undefined ? {} : { path }) });
  store.tableDb.awsRegion = region;
  store.tableDb.awsAccountId = account;
  return store;
}

/** Validates and runs one operation; rejects with a `DynaliteError` that has `statusCode` and `body` when refused. */
export function runOperation(
  store: DynaliteStore,
  operation: DynaliteOperation,
  input: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const entry = actions.get(operation);
    if (!entry) return reject(new Error(`dynalite has no operation ${operation}`));
    const { action, validation } = entry;
    const data = validations.checkTypes(input, validation.types);
    validations.checkValidations(data, validation.types, validation.custom, store);
    action(store, data, (error, output) => (error ? reject(error) : resolve(output ?? {})));
  });
}
