import type { Command } from '../../../../platform/commands';
import type { SpelledRefusal } from '../../../protocol';
import { readValues } from './read-values';
import type { DecodeContext, Param, Template, Values } from './template';

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
