import { fail, ok, type Result } from '../../../../base/result';
import type { Command } from '../../../../platform/commands';
import type { SpelledRefusal } from '../../../protocol';
import { refusal } from '../../refusals';
import { excerpt } from './excerpt';
import type { DecodeContext, Groups, List, Param, Single, Template, Values, ValueType } from './template';
import { usage } from './usage';

/** An entry of a template table: what the row holds and what it asks of the platform. */
export function template<const P extends readonly Param[]>(
  id: string,
  title: string,
  params: P,
  does: (values: Values<P>, ctx: DecodeContext) => readonly Command[] | SpelledRefusal,
): Template {
  const self: Template = {
    id,
    title,
    params,
    decode(fields, ctx) {
      const read = readValues(self, params, fields);
      return read.ok ? does(read.value, ctx) : read.error;
    },
  };
  return self;
}

/** Why a value does not fit its parameter. */
interface Misfit {
  readonly param: Single | List;
  /** 1-based behind the template id. */
  readonly position: number;
  /** Absent: the value is missing. */
  readonly value?: string;
}

/**
 * Reads a row as the parameters say. Types are checked. Trailing empty values are dropped, values beyond the last
 * parameter are ignored. An empty mandatory value or a value of the wrong type is refused with code 45, parameter and
 * position named (docs/reference/static-templates.md#missing-values, docs/reference/static-templates.md#value-types).
 */
function readValues<const P extends readonly Param[]>(
  self: Pick<Template, 'id' | 'params'>,
  params: P,
  fields: readonly string[],
): Result<Values<P>, SpelledRefusal> {
  const values: Record<string, unknown> = {};
  let given = fields.length;
  while (given > 1 && fields[given - 1] === '') given--;
  for (let index = 0; index < params.length; index++) {
    const param = params[index];
    if (param === undefined) break;
    const misfit = readParam(param, index + 1, fields, given, values);
    if (misfit !== undefined) return fail(refuse(self, misfit));
  }
  // The loop filled every name of `params` with a value of its type.
  return ok(values as Values<P>);
}

function readParam(
  param: Param,
  at: number,
  fields: readonly string[],
  given: number,
  into: Record<string, unknown>,
): Misfit | undefined {
  if (param.kind === 'single') return readSingle(param, at, fields[at] ?? '', into);
  return param.kind === 'list' ? readList(param, at, fields, given, into) : readGroups(param, at, fields, given, into);
}

function readSingle(param: Single, at: number, value: string, into: Record<string, unknown>): Misfit | undefined {
  if (value === '') {
    into[param.name] = undefined;
    return param.mandatory ? { param, position: at } : undefined;
  }
  const read = param.type.read(value);
  into[param.name] = read;
  return read === undefined ? { param, position: at, value } : undefined;
}

function readList(
  param: List,
  from: number,
  fields: readonly string[],
  given: number,
  into: Record<string, unknown>,
): Misfit | undefined {
  const values: unknown[] = [];
  for (let at = from; at < given; at++) {
    const value = fields[at] ?? '';
    if (value === '' && !param.keepEmpty) continue;
    const read = param.type.read(value);
    if (read === undefined) return { param, position: at, value };
    values.push(read);
  }
  into[param.name] = values;
  return values.length < param.min ? { param, position: from } : undefined;
}

function readGroups(
  param: Groups,
  from: number,
  fields: readonly string[],
  given: number,
  into: Record<string, unknown>,
): Misfit | undefined {
  const size = param.params.length;
  const read: Record<string, unknown>[] = [];
  const last = given <= from && param.min === 1 ? from + 1 : given;
  for (let start = from; start < last; start += size) {
    const group: Record<string, unknown> = {};
    for (const [offset, member] of param.params.entries()) {
      const misfit = readSingle(member, start + offset, fields[start + offset] ?? '', group);
      if (misfit !== undefined) return misfit;
    }
    read.push(group);
  }
  into[param.name] = read;
  return undefined;
}

function refuse(self: Pick<Template, 'id' | 'params'>, { param, position, value }: Misfit): SpelledRefusal {
  const where = `${param.name} (parameter ${position})`;
  const text =
    value === undefined ? `${where} is missing` : `${where} is not ${param.type.expected}: ${excerpt(value)}`;
  return refusal(45, text, `send ${usage(self)}`);
}

export const text: ValueType<string> = { name: 'String', expected: 'a text', read: (value) => value };

/** Decimal notation with optional sign, fraction and exponent; finite. Hexadecimal, `NaN` and `Infinity` are not numbers. */
export const number: ValueType<number> = {
  name: 'Number',
  expected: 'a number',
  read(value) {
    for (let at = 0; at < value.length; at++) {
      if (!isNumberCharacter(value.charCodeAt(at))) return undefined;
    }
    const read = Number(value);
    // Adding zero turns -0 into 0, which is what JSON would make of it later.
    return value !== '' && Number.isFinite(read) ? read + 0 : undefined;
  },
};

/** Digits, sign, point, `e`, `E`: of these `Number` accepts decimal notation only. */
const isNumberCharacter = (code: number): boolean =>
  (code >= 48 && code <= 57) || code === 46 || code === 45 || code === 43 || code === 101 || code === 69;

/** A whole number a double holds exactly; `30.0` is one. */
export const integer: ValueType<number> = {
  name: 'Integer',
  expected: 'a whole number',
  read(value) {
    const read = number.read(value);
    return Number.isSafeInteger(read) ? read : undefined;
  },
};

/** `true` or `false` in any case. */
export const boolean: ValueType<boolean> = {
  name: 'Boolean',
  expected: 'true or false',
  read(value) {
    const word = value.toLowerCase();
    return word === 'true' ? true : word === 'false' ? false : undefined;
  },
};

/**
 * True but for the word `false`, as the marker of 101 is read (docs/reference/static-templates.md#markers-of-a-device).
 */
export const unlessFalse: ValueType<boolean> = {
  name: 'Boolean',
  expected: 'true or false',
  read: (value) => value.toLowerCase() !== 'false',
};

/** One of the words, exactly. */
export function oneOf<const W extends string>(...words: readonly W[]): ValueType<W> {
  return {
    name: `Enum(${words.join('|')})`,
    expected: `one of ${words.join(', ')}`,
    read: (value) => words.find((word) => word === value),
  };
}

/** One of the words in any case, read as the word is written here. */
export function oneOfInAnyCase<const W extends string>(...words: readonly W[]): ValueType<W> {
  return { ...oneOf(...words), read: (value) => words.find((word) => word === value.toUpperCase()) };
}

/** The name of a fragment to write: not a member the platform fills itself (`taken`), so that `200,type,…` cannot forge it. */
export function freeName(...taken: readonly string[]): ValueType<string> {
  const names = new Set([...taken, '__proto__']);
  return {
    name: 'String',
    expected: `a free member name (taken: ${taken.join(', ')})`,
    read: (value) => (names.has(value) ? undefined : value),
  };
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * ISO 8601 date and time, kept as sent where it is complete (docs/reference/mqtt-implementation.md#time-stamps). A time
 * without zone is read as UTC, missing seconds as `:00`, an offset without colon or minutes gets them.
 */
export const date: ValueType<string> = {
  name: 'Date',
  expected: 'a date and time (ISO 8601, such as 2026-02-03T04:05:06.789+01:00)',
  read(value) {
    const found = ISO.exec(value);
    if (found === null) return undefined;
    const [, year = '', month = '', day = '', hour = '', minute = '', second, zone] = found;
    if (!isCalendarDay(Number(year), Number(month), Number(day))) return undefined;
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined;
    const offset = fullZone(zone);
    if (offset === undefined) return undefined;
    const local = zone === undefined ? value : value.slice(0, -zone.length);
    return `${local}${second === undefined ? ':00' : ''}${offset}`;
  },
};

function isCalendarDay(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const length = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return length !== undefined && day >= 1 && day <= length;
}

/** `+0100` and `+01` as `+01:00`; at most 18 hours, as everywhere on earth and in Java. */
function fullZone(zone: string | undefined): string | undefined {
  if (zone === undefined || zone === 'Z') return 'Z';
  const hours = zone.slice(1, 3);
  const minutes = zone.length > 3 ? zone.slice(-2) : '00';
  if (Number(hours) * 60 + Number(minutes) > 18 * 60 || Number(minutes) > 59) return undefined;
  return `${zone.slice(0, 1)}${hours}:${minutes}`;
}
