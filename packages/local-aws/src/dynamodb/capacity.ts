import type { AttributeValue, Item, SecondaryIndex, TableDescription } from './item';

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;
/** Bytes that a list or map takes beside its members. */
const DOCUMENT_OVERHEAD = 3;

/** The size DynamoDB bills for an item, in bytes: attribute names and values (DDB/CapacityUnitCalculations.html). */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return base64Bytes(value.B);
  if (value.SS) return sum(value.SS, (text) => Buffer.byteLength(text));
  if (value.NS) return sum(value.NS, numberBytes);
  if (value.BS) return sum(value.BS, base64Bytes);
  if (value.L) return DOCUMENT_OVERHEAD + sum(value.L, (element) => 1 + valueBytes(element));
  if (value.M) return DOCUMENT_OVERHEAD + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

/** One byte per two significant digits, one more, and one for a minus sign. */
function numberBytes(text: string): number {
  const [mantissa = ''] = text.toLowerCase().split('e');
  const digits = mantissa.replace(/[-+.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  return 1 + Math.ceil(digits.length / 2) + (text.startsWith('-') ? 1 : 0);
}

function base64Bytes(text: string): number {
  return Buffer.byteLength(text, 'base64');
}

function sum<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((total, item) => total + size(item), 0);
}

/**
 * Read units of a number of bytes: half as many when eventually consistent. A read that finds nothing counts as one.
 */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
}

/**
 * Write units that the table itself takes for one item write: those of the larger of the item before and after. A write
 * that changes nothing, or whose condition fails, takes one unit at least.
 */
export function tableWriteUnits(before: Item | undefined, after: Item | undefined): number {
  return Math.max(1, units(before), units(after));
}

/** Write units that all indexes take for one item write (DDB/GSI.html, "write capacity units"). */
export function indexWriteUnits(table: TableDescription, before: Item | undefined, after: Item | undefined): number {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  return sum(indexes, (index) => oneIndexUnits(table, index, before, after));
}

function oneIndexUnits(
  table: TableDescription,
  index: SecondaryIndex,
  before: Item | undefined,
  after: Item | undefined,
): number {
  const old = projected(table, index, before);
  const fresh = projected(table, index, after);
  if (!old || !fresh) return units(old) + units(fresh);
  const keyChanged = index.KeySchema.some(({ AttributeName }) => !same(old[AttributeName], fresh[AttributeName]));
  // an entry whose key changes is deleted at the old key and written at the new one
  if (keyChanged) return units(old) + units(fresh);
  return same(old, fresh) ? 0 : Math.max(units(old), units(fresh));
}

function projected(table: TableDescription, index: SecondaryIndex, item: Item | undefined): Item | undefined {
  if (!item || index.KeySchema.some(({ AttributeName }) => item[AttributeName] === undefined)) return undefined;
  if (index.Projection.ProjectionType === 'ALL') return item;
  const keys = [...table.KeySchema, ...index.KeySchema].map(({ AttributeName }) => AttributeName);
  const names = new Set([...keys, ...(index.Projection.NonKeyAttributes ?? [])]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

function units(item: Item | undefined): number {
  return item ? Math.ceil(itemBytes(item) / WRITE_UNIT_BYTES) : 0;
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
}
