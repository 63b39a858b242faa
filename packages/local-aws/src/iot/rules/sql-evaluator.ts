import { isDeepStrictEqual } from 'node:util';
import type { RuleMessage } from './rule-message';
import type { Comparison, Expression, SelectItem, SqlFunction, SqlStatement } from './sql-statement';

/** The statement cannot be applied to this message; the rule fails for it. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

/** What a rule hands to its actions: JSON, or the raw payload of a `SELECT *` over something that is not JSON. */
export type Selection = { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'raw' };

/** AWS's `Undefined` is `undefined` here. A selected field that is undefined is left out. */
type Value = unknown;

/** A message whose payload is parsed once, and only when a statement looks into it. */
class Input {
  private parsed: { readonly value: Value } | undefined | 'unread' = 'unread';

  constructor(readonly message: RuleMessage) {}

  /** The payload as JSON; undefined when it is not JSON. */
  get json(): { readonly value: Value } | undefined {
    if (this.parsed === 'unread') this.parsed = parseJson(this.message.payload);
    return this.parsed;
  }
}

/** Whether WHERE is true for the message. */
export function passes(statement: SqlStatement, message: RuleMessage): boolean {
  return statement.where === undefined || evaluate(statement.where, new Input(message)) === true;
}

/**
 * Applies SELECT. Throws `EvaluationError` when `*` stands beside other fields and the payload is not a JSON object.
 */
export function select(statement: SqlStatement, message: RuleMessage): Selection {
  const input = new Input(message);
  const [only, ...more] = statement.select;
  if (only?.kind === 'all' && more.length === 0) {
    return input.json === undefined ? { kind: 'raw' } : { kind: 'json', value: input.json.value };
  }
  return { kind: 'json', value: Object.fromEntries(statement.select.flatMap((item) => fields(item, input))) };
}

function fields(item: SelectItem, input: Input): [string, Value][] {
  if (item.kind === 'named') {
    const value = evaluate(item.expression, input);
    return value === undefined ? [] : [[item.name, value]];
  }
  const payload = input.json?.value;
  if (!isObject(payload)) throw new EvaluationError('SELECT * beside other fields needs a JSON object as payload');
  return Object.entries(payload);
}

function evaluate(expression: Expression, input: Input): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return property(input.json?.value, expression.names);
    case 'call':
      return call(expression.call, input.message);
    case 'compare':
      return compare(expression.operator, evaluate(expression.left, input), evaluate(expression.right, input));
    case 'in': {
      const value = evaluate(expression.value, input);
      if (value === undefined) return undefined;
      const found = expression.list.some((item) => isDeepStrictEqual(evaluate(item, input), value));
      return found !== expression.negated;
    }
    case 'not': {
      const operand = evaluate(expression.operand, input);
      return typeof operand === 'boolean' ? !operand : undefined;
    }
    case 'and':
    case 'or':
      return combine(expression.kind, evaluate(expression.left, input), evaluate(expression.right, input));
  }
}

function call(call: SqlFunction, message: RuleMessage): Value {
  switch (call.name) {
    case 'encodePayload':
      return message.payload.toString('base64');
    case 'topic':
      return call.level === undefined ? message.topic : message.topic.split('/')[call.level - 1];
    case 'clientid':
      return message.clientId ?? 'n/a';
    case 'timestamp':
      return message.receivedAt;
    case 'traceid':
      return message.traceId;
    case 'principal':
      return message.principalId;
    case 'get_mqtt_property':
      return message.properties?.[call.property];
  }
}

function property(value: Value, names: readonly string[]): Value {
  let at = value;
  for (const name of names) {
    if (!isObject(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}

function compare(operator: Comparison, left: Value, right: Value): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (operator === '=') return isDeepStrictEqual(left, right);
  if (operator === '<>') return !isDeepStrictEqual(left, right);
  const [a, b] = [numeric(left), numeric(right)];
  if (a !== undefined && b !== undefined) return ordered(operator, a, b);
  return typeof left === 'string' && typeof right === 'string' ? ordered(operator, left, right) : undefined;
}

function ordered<T extends number | string>(operator: '<' | '>' | '<=' | '>=', a: T, b: T): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
  }
}

/** A number, or the number that a text spells. */
function numeric(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

function combine(kind: 'and' | 'or', left: Value, right: Value): boolean | undefined {
  if (typeof left !== 'boolean' || typeof right !== 'boolean') return undefined;
  return kind === 'and' ? left && right : left || right;
}

function isObject(value: Value): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(payload: Buffer): { readonly value: Value } | undefined {
  try {
    return { value: JSON.parse(payload.toString('utf8')) };
  } catch {
    return undefined;
  }
}
