import { printJson } from '../../../base/exact-json';
import { isNumber, type Json, type JsonObject, own } from '../../../base/json';

const MARKER = 'c8y_ParameterUpdate_';
/** An operation with more parameters has no 532 row (docs/reference/static-templates.md#parameter-update-rows). */
const MAX_PARAMETERS = 100;

/**
 * The values of a 532 row: a dotted path, a type letter and a value for every leaf of the fragments that have a
 * `c8y_ParameterUpdate_<fragment>` marker. Undefined when there are none or too many. A list becomes its JSON text with
 * type `s` (docs/reference/static-templates.md#parameter-update-rows).
 */
export function parameterValues(fragments: JsonObject): readonly string[] | undefined {
  const leaves = Object.keys(fragments)
    .filter((name) => name.startsWith(MARKER) && name.length > MARKER.length)
    .map((name) => name.slice(MARKER.length))
    .flatMap((name) => leavesOf(name, own(fragments, name) ?? null));
  return leaves.length === 0 || leaves.length > MAX_PARAMETERS ? undefined : leaves.flat();
}

type Leaf = readonly [path: string, type: 's' | 'n' | 'b' | '', value: string];

function leavesOf(path: string, value: Json): readonly Leaf[] {
  if (value === null) return [[path, '', '']];
  if (typeof value === 'string') return [[path, 's', value]];
  if (isNumber(value)) return [[path, 'n', String(value)]];
  if (typeof value === 'boolean') return [[path, 'b', String(value)]];
  if (Array.isArray(value)) return [[path, 's', printJson(value)]];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(`${path}.${name}`, inner));
}
