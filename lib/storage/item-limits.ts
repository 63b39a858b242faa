import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** What DynamoDB takes (docs/reference/aws-platform.md#dynamodb), in bytes. */
const PARTITION_KEY_BYTES = 2048;
const SORT_KEY_BYTES = 1024;
const ITEM_BYTES = 400 * 1024;
const EXPRESSION_BYTES = 4096;
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;
/** What a map or list takes beside its members, and each of its members beside itself. */
const DOCUMENT_BYTES = 3;

/** The part of a write that the database does not take. `text`: it holds half a surrogate pair. */
export type LimitedPart = 'partition key' | 'sort key' | 'item' | 'expression' | 'text' | 'request';

/**
 * A write that the database would refuse however often it is tried. The services check what they write beforehand, so
 * this is the net below them: whoever runs rows or requests makes a refusal of it.
 */
export class ItemLimitError extends Error {
  override readonly name = 'ItemLimitError';

  constructor(
    readonly part: LimitedPart,
    /** Absent where the database alone knows it. */
    readonly sizes?: { readonly bytes: number; readonly limit: number },
    options?: ErrorOptions,
  ) {
    super(`the database does not take the ${part}${sizes ? `: ${sizes.bytes} bytes of ${sizes.limit}` : ''}`, options);
  }
}

/** The same as in `table.ts`, which uses this file. */
type Keys = { readonly pk: string; readonly sk: string };
type Sent = {
  readonly text: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
};
type Marshalled = Readonly<Record<string, AttributeValue>>;

/** Whether an item can have this key. No other key leads to an item, so there is nothing to read. */
export const canBeKey = ({ pk, sk }: Keys): boolean => faultOfKey(pk, sk) === undefined;

/** Whether an item can meet a key condition: its partition key and the bounds of its sort key fit a key. */
export function canMatch({ text, values = {} }: Sent): boolean {
  const partition = /^\w+ = (:\w+)/.exec(text)?.[1];
  return Object.entries(values).every(([name, value]) => {
    const key = String(value);
    return key.isWellFormed() && isWithin(key, name === partition ? PARTITION_KEY_BYTES : SORT_KEY_BYTES);
  });
}

/** @throws ItemLimitError */
export function demandKey({ pk, sk }: Keys): void {
  const fault = faultOfKey(pk, sk);
  if (fault !== undefined) throw fault;
}

/**
 * Checks the keys, the size and the texts of an item in the form that is sent. It is cheap: texts are measured only when
 * there are enough of them to matter.
 *
 * @throws ItemLimitError
 */
export function demandItem(item: Marshalled): void {
  const fault = faultOfKey(item.pk?.S ?? '', item.sk?.S ?? '');
  if (fault !== undefined) throw fault;
  if (sizeOf(item, unitsOf) <= ITEM_BYTES) return;
  const bytes = sizeOf(item, Buffer.byteLength);
  if (bytes > ITEM_BYTES) throw new ItemLimitError('item', { bytes, limit: ITEM_BYTES });
}

/** @throws ItemLimitError for an expression that is too long, and for a value that is no text */
export function demandExpressions(expressions: readonly (Sent | undefined)[], values: Marshalled | undefined): void {
  for (const expression of expressions) {
    const text = expression?.text ?? '';
    if (isWithin(text, EXPRESSION_BYTES)) continue;
    throw new ItemLimitError('expression', { bytes: Buffer.byteLength(text), limit: EXPRESSION_BYTES });
  }
  for (const expression of expressions) {
    for (const name of Object.values(expression?.names ?? {}))
      if (!name.isWellFormed()) throw new ItemLimitError('text');
  }
  if (values !== undefined) sizeOf(values, unitsOf);
}

/** Texts of DynamoDB for data that it never takes. Other validation errors are mistakes of this program. */
const LIMIT_MESSAGE =
  /exceeded|exceeds|maximum|too large|too many|overflow|underflow|significant digits|empty string|UTF-8/i;

/** What the database said, as an `ItemLimitError` when it refused the data; otherwise the error as it is. */
export function asItemLimit(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'ValidationException' || !LIMIT_MESSAGE.test(error.message)) {
    return error;
  }
  return new ItemLimitError(/item size/i.test(error.message) ? 'item' : 'request', undefined, { cause: error });
}

function faultOfKey(pk: string, sk: string): ItemLimitError | undefined {
  if (!pk.isWellFormed() || !sk.isWellFormed()) return new ItemLimitError('text');
  if (!isWithin(pk, PARTITION_KEY_BYTES)) {
    return new ItemLimitError('partition key', { bytes: Buffer.byteLength(pk), limit: PARTITION_KEY_BYTES });
  }
  if (isWithin(sk, SORT_KEY_BYTES)) return undefined;
  return new ItemLimitError('sort key', { bytes: Buffer.byteLength(sk), limit: SORT_KEY_BYTES });
}

const isWithin = (text: string, limit: number): boolean =>
  text.length * BYTES_PER_UNIT <= limit || Buffer.byteLength(text) <= limit;

function unitsOf(text: string): number {
  if (!text.isWellFormed()) throw new ItemLimitError('text');
  return text.length * BYTES_PER_UNIT;
}

function sizeOf(item: Marshalled, textSize: (text: string) => number): number {
  let bytes = 0;
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) bytes += textSize(name) + valueSize(value, textSize);
  }
  return bytes;
}

function valueSize(value: AttributeValue, textSize: (text: string) => number): number {
  if (value.S !== undefined) return textSize(value.S);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.N !== undefined) return value.N.length;
  if (value.M !== undefined) return DOCUMENT_BYTES + Object.keys(value.M).length + sizeOf(value.M, textSize);
  if (value.L === undefined) return 1;
  return value.L.reduce((bytes, element) => bytes + 1 + valueSize(element, textSize), DOCUMENT_BYTES);
}
