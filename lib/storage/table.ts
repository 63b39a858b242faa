import { isDeepStrictEqual } from 'node:util';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Clock, processClock } from '../base/clock';
import { defined } from '../base/defined';
import { fail, ok, type Result } from '../base/result';
import { asItemLimit, canBeKey, canMatch, demandExpressions, demandItem, demandKey } from './item-limits';

/** An item as plain values, with its keys. */
export type Item = Record<string, NativeAttributeValue>;
/** The primary key of an item, the same two attributes in both tables. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A condition or update in DynamoDB's expression language, with its names and values. */
export interface Expression {
  readonly text: string;
  readonly names?: Record<string, string>;
  readonly values?: Item;
}

/** A query for one page. */
export interface PageRequest {
  /** Name of a secondary index. Default: the table itself. */
  readonly index?: string;
  /** The key condition. */
  readonly where: Expression;
  readonly filter?: Expression;
  readonly descending?: boolean;
  /** Items that DynamoDB looks at for a page. Default: up to 1 MB. */
  readonly limit?: number;
  readonly startKey?: Item;
}
export interface Page {
  readonly items: Item[];
  /** Where the next page starts; absent on the last page. */
  readonly nextKey?: Item;
}

/** The condition of a write did not hold, so nothing was written. */
export type ConditionFailed = {
  readonly kind: 'conditionFailed';
  /** Only of `update`: an earlier try of this very write may have been stored and be what the condition met. */
  readonly maybeOwn?: true;
};
// an object with a member of the name `constructor` looks like the instance of a class
const MARSHALL = { removeUndefinedValues: true, convertEmptyValues: false, convertClassInstanceToMap: true } as const;
const BATCH_WRITE_LIMIT = 25;
const BATCH_GET_LIMIT = 100;
const BATCH_ATTEMPTS = 8;
/** The attribute by which a created item is recognised, and its length before base64url. */
const MADE_BY = 'madeBy';
const MADE_BY_BYTES = 6;

/**
 * One DynamoDB table with keys `pk` and `sk`. It takes and gives plain objects. A failed condition is a value. Every write
 * throws an `ItemLimitError` for what the database can never take.
 *
 * The SDK repeats a write whose answer was lost, and then the condition meets what the first try has written
 * (docs/data-model.md#lost-answers). `create`, `put` and `delete` recognise that and report success. `update` cannot,
 * so it reports `maybeOwn`.
 */
export class Table {
  constructor(
    private readonly client: DynamoDBClient,
    readonly name: string,
    private readonly clock: Pick<Clock, 'sleep' | 'randomBytes'> = processClock(),
  ) {}

  /** Strongly consistent unless `consistent` is false, which costs half. */
  async get(key: Key, options: { consistent?: boolean } = {}): Promise<Item | undefined> {
    if (!canBeKey(key)) return undefined;
    const found = await this.client.send(
      new GetItemCommand({ TableName: this.name, Key: marshall(key), ConsistentRead: options.consistent ?? true }),
    );
    return found.Item === undefined ? undefined : unmarshall(found.Item);
  }

  /**
   * Writes a new item; fails when the key is taken. The item gets an attribute with a random value. So its writer knows
   * it again after a lost answer, even when it was changed meanwhile, and does not take an equal item of another writer
   * for its own.
   */
  async create(item: Item & Key): Promise<Result<void, ConditionFailed>> {
    const madeBy = Buffer.from(this.clock.randomBytes(MADE_BY_BYTES)).toString('base64url');
    const isOwn = (found: Item | undefined): boolean => found?.[MADE_BY] === madeBy;
    return this.putUnlessOwn({ ...item, [MADE_BY]: madeBy }, isOwn, { text: 'attribute_not_exists(pk)' });
  }

  /**
   * Writes the whole item. After a lost answer an item that is exactly like the given one counts as written. Another
   * writer may have written it, so a writer that has to know who was first uses `create`, or puts something of its own
   * into the item, such as the as-of of its message.
   */
  async put(item: Item & Key, condition?: Expression): Promise<Result<void, ConditionFailed>> {
    return this.putUnlessOwn(item, (found) => found !== undefined && isSame(found, item), condition);
  }

  private async putUnlessOwn(
    item: Item & Key,
    isOwn: (found: Item | undefined) => boolean,
    condition?: Expression,
  ): Promise<Result<void, ConditionFailed>> {
    const done = await conditional(async () => {
      const marshalled = marshall(item, MARSHALL);
      demandItem(marshalled);
      await this.client.send(
        new PutItemCommand({
          TableName: this.name,
          Item: marshalled,
          ConditionExpression: condition?.text,
          ...placeholders(condition),
        }),
      );
    });
    return this.settled(item, done, isOwn);
  }

  /** Looks for the own write when the condition failed and the SDK had tried more than once. */
  private async settled(
    { pk, sk }: Key,
    done: Result<void, ConditionFailed>,
    isOwn: (found: Item | undefined) => boolean,
  ): Promise<Result<void, ConditionFailed>> {
    if (done.ok || !done.error.maybeOwn) return done;
    return isOwn(await this.get({ pk, sk })) ? ok(undefined) : fail({ kind: 'conditionFailed' });
  }

  /**
   * Returns what `returns` names: the whole item as it was before or is afterwards; by default no attributes.
   *
   * A caller has to bear that the update is made twice. Best is a condition that still holds after the update. Then
   * `ALL_OLD` may show the caller's own values. Otherwise the caller reads the item when the failure says `maybeOwn`.
   */
  async update(
    key: Key,
    change: Expression,
    condition?: Expression,
    returns: 'ALL_OLD' | 'ALL_NEW' | 'NONE' = 'NONE',
  ): Promise<Result<Item, ConditionFailed>> {
    return conditional(async () => {
      demandKey(key);
      const done = await this.client.send(
        new UpdateItemCommand({
          TableName: this.name,
          Key: marshall(key),
          UpdateExpression: change.text,
          ConditionExpression: condition?.text,
          ...placeholders(change, condition),
          ReturnValues: returns,
        }),
      );
      return done.Attributes === undefined ? {} : unmarshall(done.Attributes);
    });
  }

  /** After a lost answer an item that is gone counts as deleted by this call. */
  async delete(key: Key, condition?: Expression): Promise<Result<void, ConditionFailed>> {
    if (!canBeKey(key)) return condition === undefined ? ok(undefined) : fail({ kind: 'conditionFailed' });
    const done = await conditional(async () => {
      await this.client.send(
        new DeleteItemCommand({
          TableName: this.name,
          Key: marshall(key),
          ConditionExpression: condition?.text,
          ...placeholders(condition),
        }),
      );
    });
    return this.settled(key, done, (found) => found === undefined);
  }

  /** One page; strongly consistent, except on an index. */
  async query(request: PageRequest): Promise<Page> {
    if (!canMatch(request.where)) return { items: [] };
    const found = await this.client.send(
      new QueryCommand({
        TableName: this.name,
        IndexName: request.index,
        KeyConditionExpression: request.where.text,
        FilterExpression: request.filter?.text,
        ...placeholders(request.where, request.filter),
        ScanIndexForward: request.descending !== true,
        Limit: request.limit,
        // DynamoDB reads an index only eventually consistent
        ConsistentRead: request.index === undefined,
        ExclusiveStartKey: request.startKey && marshall(request.startKey),
      }),
    );
    const items = (found.Items ?? []).map((item) => unmarshall(item));
    return found.LastEvaluatedKey === undefined ? { items } : { items, nextKey: unmarshall(found.LastEvaluatedKey) };
  }

  /** Every item of a query. A page is read when the caller gets to it. */
  async *queryAll(request: PageRequest): AsyncGenerator<Item> {
    let startKey = request.startKey;
    do {
      const page = await this.query(defined({ ...request, startKey }));
      yield* page.items;
      startKey = page.nextKey;
    } while (startKey !== undefined);
  }

  /**
   * Items in no particular order. A key without an item is left out. A key that is given twice is read once, because
   * DynamoDB refuses a request that repeats one.
   * @throws Error when items are still unprocessed after eight attempts
   */
  async batchGet(keys: readonly Key[]): Promise<Item[]> {
    const found: Item[] = [];
    const wanted = [...new Map(keys.filter(canBeKey).map((key) => [JSON.stringify([key.pk, key.sk]), key])).values()];
    for (let at = 0; at < wanted.length; at += BATCH_GET_LIMIT) {
      let pending = wanted.slice(at, at + BATCH_GET_LIMIT).map((key) => marshall(key));
      for (let attempt = 0; pending.length > 0; attempt++) {
        await this.backOff(attempt);
        const page = await this.client.send(
          new BatchGetItemCommand({ RequestItems: { [this.name]: { Keys: pending, ConsistentRead: true } } }),
        );
        found.push(...(page.Responses?.[this.name] ?? []).map((item) => unmarshall(item)));
        pending = page.UnprocessedKeys?.[this.name]?.Keys ?? [];
      }
    }
    return found;
  }

  /**
   * Unconditional puts and deletes, 25 a call. What DynamoDB hands back unprocessed is tried again.
   * @throws Error when items are still unprocessed after eight attempts
   */
  async batchWrite(puts: readonly (Item & Key)[], deletes: readonly Key[] = []): Promise<void> {
    const items = puts.map((item) => marshall(item, MARSHALL));
    for (const item of items) demandItem(item);
    const requests = [
      ...items.map((item) => ({ PutRequest: { Item: item } })),
      ...deletes.filter(canBeKey).map((key) => ({ DeleteRequest: { Key: marshall(key) } })),
    ];
    for (let at = 0; at < requests.length; at += BATCH_WRITE_LIMIT) {
      let pending: typeof requests = requests.slice(at, at + BATCH_WRITE_LIMIT);
      for (let attempt = 0; pending.length > 0; attempt++) {
        await this.backOff(attempt);
        const done = await this.client.send(new BatchWriteItemCommand({ RequestItems: { [this.name]: pending } }));
        pending = (done.UnprocessedItems?.[this.name] ?? []) as typeof requests;
      }
    }
  }

  private async backOff(attempt: number): Promise<void> {
    if (attempt >= BATCH_ATTEMPTS) throw new Error(`DynamoDB left items of ${this.name} unprocessed`);
    if (attempt > 0) await this.clock.sleep(25 * 2 ** attempt);
  }
}

async function conditional<T>(call: () => Promise<T>): Promise<Result<T, ConditionFailed>> {
  try {
    return ok(await call());
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw asItemLimit(error);
    const isRepeated = (error.$metadata.attempts ?? 1) > 1;
    return fail({ kind: 'conditionFailed', ...(isRepeated && { maybeOwn: true }) });
  }
}

/** Whether a stored item is what `wanted` becomes when it is stored. */
function isSame(found: Item, wanted: Item): boolean {
  // the clone of a Buffer is a plain Uint8Array
  return isDeepStrictEqual(structuredClone(found), structuredClone(unmarshall(marshall(wanted, MARSHALL))));
}

function placeholders(...expressions: (Expression | undefined)[]) {
  const names: Record<string, string> = {};
  const values: Item = {};
  for (const expression of expressions) {
    Object.assign(names, expression?.names);
    Object.assign(values, expression?.values);
  }
  const marshalled = Object.keys(values).length > 0 ? marshall(values, MARSHALL) : undefined;
  demandExpressions(expressions, marshalled);
  return {
    ExpressionAttributeNames: Object.keys(names).length > 0 ? names : undefined,
    ExpressionAttributeValues: marshalled,
  };
}
