import { fail, ok, type Result } from '../../../../base/result';
import type { Command } from '../../../../platform/commands';
import type { SpelledRefusal } from '../../../protocol';
import { refusal } from '../../refusals';
import { excerpt } from './excerpt';
import type { DecodeContext, Groups, List, Param, Single, Template, Values } from './template';
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
 * Reads a row as the parameters say: types checked, trailing empty values dropped, values beyond the last parameter
 * ignored, an empty mandatory value or a value of the wrong type refused with code 45, parameter and position named
 * (static-templates sections 4 and 5).
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
