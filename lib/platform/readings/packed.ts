import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { parseJson, printJson } from '../../base/exact-json';
import { instantOf, isoOf } from '../../base/instant';
import { isNumber, isObject, type Json, type JsonNumber, type JsonObject } from '../../base/json';
import type { ReadingIdentity } from '../model';

/**
 * The packed item: all measurements of one publish, device and hour as one binary value. A public contract, readable
 * with this file alone; docs/data-model.md#the-packed-item shows the layout with an example.
 *
 *     byte 0   version, 1
 *     byte 1   encoding: 0 = the document follows as UTF-8, 1 = as raw deflate (RFC 1951) of it
 *     byte 2…  the document: JSON, column by column
 */
export const PACK_VERSION = 1;
const RAW = 0;
const DEFLATED = 1;
const HEADER_BYTES = 2;
/** DynamoDB charges one write unit per started KB of the whole item. */
const WRITE_UNIT_BYTES = 1024;
/** Bytes of an item that are not the pack: key and attribute names. */
const ITEM_OVERHEAD_BYTES = 128;
/** A damaged pack must not fill the memory. No pack that this file writes comes near this size. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** What a pack keeps of a measurement. Its device is known from the item's key. */
export interface PackedReading {
  /** ISO 8601. The text is kept exactly. */
  readonly time: string;
  readonly type: string;
  readonly fragments: JsonObject;
  readonly identity: ReadingIdentity;
}

/** The bytes are no pack, or one of a later version. */
export class PackFormatError extends Error {
  override readonly name = 'PackFormatError';
}

/**
 * A reading without its numbers: the type, then one part per fragment. A part is the fragment's name, and then the
 * value is the whole fragment. Or it is the name followed by the series, each a name or a name with a unit, and then
 * the values are the numbers.
 */
type Shape = readonly [type: string, ...parts: ShapePart[]];
type ShapePart = string | readonly [fragment: string, ...series: SeriesName[]];
type SeriesName = string | readonly [series: string, unit: string];

/**
 * A number: the same message as the reading before, and so many rows later. A pair: another message (its index) and the
 * row in it. Null: by content.
 */
type PackedIdentity = number | readonly [message: number, row: number] | null;

interface Document {
  /** The form of the times: `3` or `0` fraction digits, then the zone. */
  readonly z: string;
  /** Distinct shapes. */
  readonly s: readonly Shape[];
  /** Per reading: index of its shape. */
  readonly h: readonly number[];
  /**
   * Per reading: ms since the reading before (the first: since the epoch), or the text of a time in another form than
   * `z`.
   */
  readonly t: readonly (number | string)[];
  /** Per shape: the values of its readings, one reading after the other. */
  readonly v: readonly (readonly Json[])[];
  /** Message ids. Left out, together with `i`, when every identity is by content. */
  readonly m?: readonly string[];
  /** Per reading: its identity. */
  readonly i?: readonly PackedIdentity[];
}

/**
 * Packs readings in the given order. It compresses them only when that saves a write unit of DynamoDB. Numbers stand in
 * the document as they were sent.
 */
export function pack(readings: readonly PackedReading[]): Uint8Array {
  const plain = Buffer.from(printJson(documentOf(readings)));
  if (writeUnits(plain.length) === 1) return envelope(RAW, plain);
  const deflated = deflateRawSync(plain, { level: 9 });
  return writeUnits(deflated.length) < writeUnits(plain.length) ? envelope(DEFLATED, deflated) : envelope(RAW, plain);
}

/**
 * The readings of a pack, in their order.
 * @throws PackFormatError when the bytes are no pack of version 1
 */
export function unpack(bytes: Uint8Array): PackedReading[] {
  const [version, encoding] = bytes;
  if (version !== PACK_VERSION) throw new PackFormatError(`packed readings of unknown version ${version}`);
  if (encoding !== RAW && encoding !== DEFLATED) throw new PackFormatError(`unknown encoding ${encoding}`);
  try {
    const body = bytes.subarray(HEADER_BYTES);
    const text = encoding === RAW ? body : inflateRawSync(body, { maxOutputLength: MAX_DOCUMENT_BYTES });
    return readingsOf(parseJson<Document>(Buffer.from(text).toString('utf8')));
  } catch (cause) {
    throw new PackFormatError('packed readings are damaged', { cause });
  }
}

const writeUnits = (bodyBytes: number): number =>
  Math.ceil((bodyBytes + HEADER_BYTES + ITEM_OVERHEAD_BYTES) / WRITE_UNIT_BYTES);

const envelope = (encoding: number, body: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(PACK_VERSION, encoding), body]);

function documentOf(readings: readonly PackedReading[]): Document {
  const shapes = new Map<string, number>();
  const s: Shape[] = [];
  const v: Json[][] = [];
  const h = readings.map((reading) => {
    const { shape, values } = takeApart(reading);
    const name = printJson(shape);
    const index = shapes.get(name) ?? s.length;
    if (index === s.length) {
      shapes.set(name, index);
      s.push(shape);
      v.push([]);
    }
    v[index]?.push(...values);
    return index;
  });
  const { style, column } = packTimes(readings.map((reading) => reading.time));
  return { z: style, s, h, t: column, v, ...packIdentities(readings.map((reading) => reading.identity)) };
}

function readingsOf(document: Document): PackedReading[] {
  const times = unpackTimes(document.z, document.t);
  const identities = unpackIdentities(document.m ?? [], document.i, document.h.length);
  const next = document.v.map((values) => values[Symbol.iterator]());
  return document.h.map((index, at) => {
    const shape = present(document.s[index]);
    const values = present(next[index]);
    return {
      time: present(times[at]),
      type: shape[0],
      fragments: putTogether(shape, () => present(values.next().value)),
      identity: present(identities[at]),
    };
  });
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new PackFormatError('a column is too short');
  return value;
}

function takeApart({ type, fragments }: PackedReading): { shape: Shape; values: Json[] } {
  const values: Json[] = [];
  const parts = Object.entries(fragments).map(([fragment, value]): ShapePart => {
    const series = seriesOf(value);
    if (series === undefined) {
      values.push(value);
      return fragment;
    }
    values.push(...series.values);
    return [fragment, ...series.names];
  });
  return { shape: [type, ...parts], values };
}

/**
 * The series and numbers of a fragment that holds nothing but `{series: {value, unit?}}`; undefined for any other JSON.
 */
function seriesOf(fragment: Json): { names: SeriesName[]; values: JsonNumber[] } | undefined {
  if (!isObject(fragment)) return undefined;
  const names: SeriesName[] = [];
  const values: JsonNumber[] = [];
  for (const [series, entry] of Object.entries(fragment)) {
    if (!isObject(entry) || !isNumber(entry.value)) return undefined;
    const members = Object.keys(entry).join();
    if (members === 'value') names.push(series);
    else if (members === 'value,unit' && typeof entry.unit === 'string') names.push([series, entry.unit]);
    else return undefined;
    values.push(entry.value);
  }
  return names.length === 0 ? undefined : { names, values };
}

// Object.fromEntries makes a member of the name `__proto__`; an assignment would set the prototype
function putTogether([, ...parts]: Shape, nextValue: () => Json): JsonObject {
  return Object.fromEntries(
    parts.map((part) => {
      if (typeof part === 'string') return [part, nextValue()];
      const [fragment, ...series] = part;
      return [fragment, Object.fromEntries(series.map((name) => seriesValue(name, nextValue())))];
    }),
  );
}

const seriesValue = (name: SeriesName, value: Json): [string, JsonObject] =>
  typeof name === 'string' ? [name, { value }] : [name[0], { value, unit: name[1] }];

const STYLED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)$/;

function styleOf(time: string): string {
  const found = STYLED.exec(time);
  return found === null ? '' : `${found[1] === undefined ? 0 : 3}${found[2]}`;
}

function renderTime(instant: number, style: string): string {
  const zone = style.slice(1);
  const [sign, hours, minutes] = [zone.slice(0, 1), zone.slice(1, 3), zone.slice(4, 6)];
  const offset = sign === 'Z' ? 0 : (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return `${isoOf(instant + offset).slice(0, style.startsWith('3') ? 23 : 19)}${zone}`;
}

function packTimes(times: readonly string[]): { style: string; column: (number | string)[] } {
  const style = times.map(styleOf).find((found) => found !== '') ?? '';
  let previous = 0;
  const column = times.map((time) => {
    const instant = style !== '' && styleOf(time) === style ? instantOf(time) : undefined;
    if (instant === undefined || renderTime(instant, style) !== time) return time;
    const delta = instant - previous;
    previous = instant;
    return delta;
  });
  return { style, column };
}

function unpackTimes(style: string, column: readonly (number | string)[]): string[] {
  let previous = 0;
  return column.map((entry) => {
    if (typeof entry === 'string') return entry;
    previous += entry;
    return renderTime(previous, style);
  });
}

function packIdentities(identities: readonly ReadingIdentity[]): Pick<Document, 'm' | 'i'> {
  if (identities.every((identity) => identity.by === 'content')) return {};
  const messages: string[] = [];
  let [message, row] = [-1, 0];
  const column = identities.map((identity): PackedIdentity => {
    if (identity.by === 'content') return null;
    let index = messages.indexOf(identity.messageId);
    if (index < 0) index = messages.push(identity.messageId) - 1;
    const step = identity.row - row;
    row = identity.row;
    if (index === message) return step;
    message = index;
    return [index, row];
  });
  return { m: messages, i: column };
}

function unpackIdentities(
  messages: readonly string[],
  column: readonly PackedIdentity[] | undefined,
  length: number,
): ReadingIdentity[] {
  if (column === undefined) return Array.from({ length }, () => ({ by: 'content' }));
  let [message, row] = [-1, 0];
  return column.map((entry) => {
    if (entry === null) return { by: 'content' };
    [message, row] = typeof entry === 'number' ? [message, row + entry] : entry;
    return { by: 'message', messageId: present(messages[message]), row };
  });
}
