import { AwsError } from '../endpoint/aws-error';
import type { RequestInput } from '../endpoint/aws-json';
import { itemBytes } from './capacity';
import type { AttributeValue, Item, SecondaryIndex, TableDescription } from './item';
import { DYNAMODB_LIMITS } from './limits';

const EXPRESSIONS = [
  'UpdateExpression',
  'ConditionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
] as const;
const INVALID = 'One or more parameter values were invalid: ';
const HASH_TOO_LONG = `${INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes`;
const RANGE_TOO_LONG = `${INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`;
const EMPTY_INDEX_KEY =
  'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
  'The AttributeValue for a key attribute cannot contain an empty string value. ';
const HALF_A_PAIR = /\p{Surrogate}/u;
const TOO_DEEP =
  'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit';

/**
 * Refuses a request that DynamoDB refuses and dynalite takes: keys, expressions, names, nesting, the whole request (DDB:
 * ServiceQuotas, Constraints). dynalite itself checks the size of an item, and keys by characters instead of bytes.
 *
 * @throws AwsError with DynamoDB's code and text
 */
export function demandWithinLimits(
  operation: string,
  input: RequestInput,
  tableOf: (name: string) => TableDescription | undefined,
): void {
  checkExpressions(input);
  let bytes = 0;
  for (const { table, item, key } of itemsOf(operation, input)) {
    const description = tableOf(table);
    checkItem(item ?? key ?? {});
    if (description) checkKeys(description, item ?? key ?? {}, item !== undefined);
    bytes += itemBytes(item ?? {});
  }
  if (bytes > DYNAMODB_LIMITS.requestBytes)
    throw new AwsError('RequestEntityTooLargeException', 'Request entity too large', 413);
  const table = tableOf(String(input.TableName));
  if (table && operation === 'Query') checkKeyConditions(table, input);
  if (table && operation === 'UpdateItem') checkAssignedKeys(table, input);
}

const refuse = (text: string): never => {
  throw new AwsError('ValidationException', text);
};

interface Touched {
  readonly table: string;
  /** The whole item that is put; otherwise there is a key. */
  readonly item?: Item;
  readonly key?: Item;
}

function itemsOf(operation: string, input: RequestInput): readonly Touched[] {
  const table = String(input.TableName);
  if (operation === 'PutItem') return [{ table, item: input.Item as Item }];
  if (operation === 'BatchGetItem') {
    const requests = Object.entries((input.RequestItems ?? {}) as Record<string, { Keys?: readonly Item[] }>);
    return requests.flatMap(([name, { Keys = [] }]) => Keys.map((key) => ({ table: name, key })));
  }
  if (operation === 'BatchWriteItem') {
    type Write = { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } };
    const requests = Object.entries((input.RequestItems ?? {}) as Record<string, readonly Write[]>);
    return requests.flatMap(([name, writes]) =>
      writes.map(({ PutRequest: put, DeleteRequest: remove }) =>
        put ? { table: name, item: put.Item } : { table: name, key: remove?.Key ?? {} },
      ),
    );
  }
  return input.Key === undefined ? [] : [{ table, key: input.Key as Item }];
}

function checkExpressions(input: RequestInput): void {
  for (const name of EXPRESSIONS) {
    const text = input[name];
    if (typeof text !== 'string') continue;
    const bytes = Buffer.byteLength(text);
    if (bytes > DYNAMODB_LIMITS.expressionBytes) {
      refuse(`Invalid ${name}: Expression size has exceeded the maximum allowed size; expression size: ${bytes}`);
    }
    const operators = operatorsIn(text);
    if (operators > DYNAMODB_LIMITS.operatorsPerExpression) {
      refuse(`Invalid ${name}: The expression contains too many operators; operator count: ${operators}`);
    }
  }
  const names = Object.entries((input.ExpressionAttributeNames ?? {}) as Record<string, string>);
  const values = (input.ExpressionAttributeValues ?? {}) as Item;
  for (const kind of ['ExpressionAttributeNames', 'ExpressionAttributeValues'] as const) {
    const long = Object.keys((input[kind] ?? {}) as object).find(
      (key) => Buffer.byteLength(key) > DYNAMODB_LIMITS.placeholderBytes,
    );
    if (long !== undefined) refuse(`${kind} contains invalid key: The length of the key exceeds 255 bytes`);
  }
  checkItem(values);
  for (const [, name] of names) checkName(name);
  const substituted = itemBytes(values) + names.reduce((sum, [, name]) => sum + Buffer.byteLength(name), 0);
  if (substituted > DYNAMODB_LIMITS.substitutedBytes) refuse('ExpressionAttributeValues exceeds max size');
}

/** Assignments and commas do not count; functions do. */
function operatorsIn(expression: string): number {
  const update = /^\s*(?:SET|REMOVE|ADD|DELETE)\b/i.test(expression);
  const operator = update
    ? /[+-]|\b(?:if_not_exists|list_append)\s*\(/gi
    : /<>|<=|>=|[=<>]|\b(?:AND|OR|NOT|BETWEEN|IN)\b|\b\w+\s*(?=\()/gi;
  return (expression.match(operator) ?? []).length;
}

function checkItem(item: Item): void {
  for (const [name, value] of Object.entries(item)) {
    checkName(name);
    checkValue(value, 1);
  }
}

function checkName(name: string): void {
  if (Buffer.byteLength(name) > DYNAMODB_LIMITS.attributeNameBytes)
    refuse(`${INVALID}Attribute name is too large, must be less than 65536 bytes`);
  checkText(name);
}

function checkValue(value: AttributeValue, level: number): void {
  if (level > DYNAMODB_LIMITS.nestingLevels) refuse(TOO_DEEP);
  if (value.S !== undefined) checkText(value.S);
  for (const text of value.SS ?? []) checkText(text);
  for (const element of value.L ?? []) checkValue(element, level + 1);
  for (const [name, member] of Object.entries(value.M ?? {})) {
    checkText(name);
    checkValue(member, level + 1);
  }
}

/** A text with half a surrogate pair has no UTF-8. AWS documents that a text is UTF-8, but not its answer. */
function checkText(text: string): void {
  if (HALF_A_PAIR.test(text)) refuse(`${INVALID}A text is not valid UTF-8`);
}

function checkKeys(table: TableDescription, item: Item, isWhole: boolean): void {
  for (const { AttributeName, KeyType } of table.KeySchema) checkKeyPiece(item[AttributeName], KeyType);
  if (!isWhole) return;
  for (const index of indexesOf(table)) {
    for (const { AttributeName, KeyType } of index.KeySchema) {
      checkIndexKeyPiece(index, AttributeName, item[AttributeName], KeyType);
    }
  }
}

const indexesOf = (table: TableDescription): readonly SecondaryIndex[] => [
  ...(table.GlobalSecondaryIndexes ?? []),
  ...(table.LocalSecondaryIndexes ?? []),
];

function checkKeyPiece(value: AttributeValue | undefined, type: 'HASH' | 'RANGE'): void {
  const bytes = value?.B === undefined ? Buffer.byteLength(value?.S ?? '') : Buffer.byteLength(value.B, 'base64');
  if (type === 'HASH' && bytes > DYNAMODB_LIMITS.partitionKeyBytes) refuse(HASH_TOO_LONG);
  if (type === 'RANGE' && bytes > DYNAMODB_LIMITS.sortKeyBytes) refuse(RANGE_TOO_LONG);
}

function checkIndexKeyPiece(
  index: SecondaryIndex,
  attribute: string,
  value: AttributeValue | undefined,
  type: 'HASH' | 'RANGE',
): void {
  if (value?.S === '') refuse(`${EMPTY_INDEX_KEY}IndexName: ${index.IndexName}, IndexKey: ${attribute}`);
  checkKeyPiece(value, type);
}

/** The values that a key condition compares with the keys of the table or index. */
function checkKeyConditions(table: TableDescription, input: RequestInput): void {
  const index = indexesOf(table).find(({ IndexName }) => IndexName === input.IndexName);
  for (const { AttributeName, KeyType } of (index ?? table).KeySchema) {
    for (const value of valuesBeside(String(input.KeyConditionExpression ?? ''), AttributeName, input)) {
      checkKeyPiece(value, KeyType);
    }
  }
}

/** An update can give a new value to the key of an index only. */
function checkAssignedKeys(table: TableDescription, input: RequestInput): void {
  for (const index of indexesOf(table)) {
    for (const { AttributeName, KeyType } of index.KeySchema) {
      for (const value of valuesBeside(String(input.UpdateExpression ?? ''), AttributeName, input)) {
        checkIndexKeyPiece(index, AttributeName, value, KeyType);
      }
    }
  }
}

/** The values of the placeholders that an expression compares with an attribute or assigns to it. */
function valuesBeside(expression: string, attribute: string, input: RequestInput): readonly AttributeValue[] {
  const names = Object.entries((input.ExpressionAttributeNames ?? {}) as Record<string, string>);
  const values = (input.ExpressionAttributeValues ?? {}) as Item;
  const spellings = [attribute, ...names.filter(([, name]) => name === attribute).map(([alias]) => alias)];
  return spellings.flatMap((spelling) => {
    const operand = `(?<![\\w#.])${spelling}\\s*(?:[=<>]+|,|\\bBETWEEN\\b)\\s*(:\\w+)(?:\\s+AND\\s+(:\\w+))?`;
    const found = [...expression.matchAll(new RegExp(operand, 'gi'))];
    return found.flatMap(([, one = '', other = '']) => [values[one] ?? [], values[other] ?? []].flat());
  });
}
