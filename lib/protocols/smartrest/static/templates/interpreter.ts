import { instantOf } from '../../../../base/instant';
import { isJsonNumber, type JsonNumber, numberOf } from '../../../../base/json';
import { fail, ok, type Result } from '../../../../base/result';
import type { Command } from '../../../../platform/commands';
import type { SpelledRefusal } from '../../../protocol';
import { refusal } from '../../refusals';
import { excerpt } from './excerpt';
import type { DecodeContext, Groups, List, Param, Single, Template, Values, ValueType } from './template';
import { usage } from './usage';

/**
 * An entry of a template table. `params` are the values of the row; `does` makes commands, or a refusal, of them.
 */
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
  /** Counts from 1, after the template id. */
  readonly position: number;
  /** Absent when the row has no value there. */
  readonly value?: string;
}

/**
 * Reads the values of a row. Trailing empty values are dropped, and values after the last parameter are ignored. An
 * empty mandatory value and a value of the wrong type are refused with code 45. The text names the parameter and its
 * position (docs/reference/static-templates.md#missing-values, docs/reference/static-templates.md#value-types).
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
  // the loop has given every parameter a value of its type
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

/** Any text. */
export const text: ValueType<string> = { name: 'String', expected: 'a text', read: (value) => value };

/**
 * A finite number in decimal notation with optional sign, fraction and exponent. It keeps its spelling where JSON can
 * hold it. Hexadecimal numbers, `NaN` and `Infinity` are refused.
 */
export const number: ValueType<JsonNumber> = {
  name: 'Number',
  expected: 'a number',
  read(value) {
    for (let at = 0; at < value.length; at++) {
      if (!isNumberCharacter(value.charCodeAt(at))) return undefined;
    }
    const read = Number(value);
    if (value === '' || !Number.isFinite(read)) return undefined;
    // adding zero turns -0 into 0, as JSON would do later
    return isJsonNumber(value) ? numberOf(value) : read + 0;
  },
};

/** Digits, signs, point, `e` and `E`. With no other characters `Number` reads decimal notation only. */
const isNumberCharacter = (code: number): boolean =>
  (code >= 48 && code <= 57) || code === 46 || code === 45 || code === 43 || code === 101 || code === 69;

/** A whole number that a double holds exactly. `30.0` is a whole number too. */
export const integer: ValueType<number> = {
  name: 'Integer',
  expected: 'a whole number',
  read(value) {
    const given = number.read(value);
    const read = given === undefined ? undefined : Number(given) + 0;
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
 * Every text but `false` means true, as for the marker of 101 (docs/reference/static-templates.md#markers-of-a-device).
 */
export const unlessFalse: ValueType<boolean> = {
  name: 'Boolean',
  expected: 'true or false',
  read: (value) => value.toLowerCase() !== 'false',
};

/** One of the words, in exactly this spelling. */
export function oneOf<const W extends string>(...words: readonly W[]): ValueType<W> {
  return {
    name: `Enum(${words.join('|')})`,
    expected: `one of ${words.join(', ')}`,
    read: (value) => words.find((word) => word === value),
  };
}

/** One of the words (given in upper case), in any case. */
export function oneOfInAnyCase<const W extends string>(...words: readonly W[]): ValueType<W> {
  return { ...oneOf(...words), read: (value) => words.find((word) => word === value.toUpperCase()) };
}

/**
 * The name of a fragment that a row writes. Members that the platform fills itself (`taken`) are refused, so that
 * `200,type,…` cannot overwrite one.
 */
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
 * A date and time in ISO 8601 (docs/reference/mqtt-implementation.md#time-stamps). A complete one is kept as sent. A
 * time without a zone is UTC, and the moment is in the years that can be held (`instantOf`). Missing seconds become `:00`, and an offset gets the colon and the minutes it lacks.
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
    const complete = `${local}${second === undefined ? ':00' : ''}${offset}`;
    return instantOf(complete) === undefined ? undefined : complete;
  },
};

function isCalendarDay(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const length = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return length !== undefined && day >= 1 && day <= length;
}

/** Completes an offset: `+0100` and `+01` become `+01:00`. Undefined above 18 hours, the limit that Java has too. */
function fullZone(zone: string | undefined): string | undefined {
  if (zone === undefined || zone === 'Z') return 'Z';
  const hours = zone.slice(1, 3);
  const minutes = zone.length > 3 ? zone.slice(-2) : '00';
  if (Number(hours) * 60 + Number(minutes) > 18 * 60 || Number(minutes) > 59) return undefined;
  return `${zone.slice(0, 1)}${hours}:${minutes}`;
}
