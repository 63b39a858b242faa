import type { SqlReader } from './sql-reader';
import type { Comparison, Expression, SqlFunction } from './sql-statement';
import { SqlError } from './sql-tokens';

const COMPARISONS: readonly Comparison[] = ['=', '<>', '<=', '>=', '<', '>'];
const KEYWORDS = new Set(['SELECT', 'VALUE', 'FROM', 'WHERE', 'AS', 'AND', 'OR', 'NOT', 'IN', 'CASE', 'EXISTS']);
const MQTT_PROPERTIES = ['content_type', 'format_indicator', 'response_topic', 'correlation_data'];

/** Parses an expression. OR binds least, then AND, then NOT, then the comparisons. Throws `SqlError`. */
export function parseExpression(reader: SqlReader): Expression {
  let left = parseAnd(reader);
  while (reader.takeKeyword('OR')) left = { kind: 'or', left, right: parseAnd(reader) };
  return left;
}

function parseAnd(reader: SqlReader): Expression {
  let left = parseNot(reader);
  while (reader.takeKeyword('AND')) left = { kind: 'and', left, right: parseNot(reader) };
  return left;
}

function parseNot(reader: SqlReader): Expression {
  return reader.takeKeyword('NOT') ? { kind: 'not', operand: parseNot(reader) } : parseComparison(reader);
}

function parseComparison(reader: SqlReader): Expression {
  const left = parseOperand(reader);
  if (reader.takeKeyword('IN')) return { kind: 'in', value: left, list: parseList(reader), negated: false };
  if (reader.takeKeyword('NOT')) {
    reader.expectKeyword('IN');
    return { kind: 'in', value: left, list: parseList(reader), negated: true };
  }
  const operator = COMPARISONS.find((symbol) => reader.takeSymbol(symbol));
  return operator === undefined ? left : { kind: 'compare', operator, left, right: parseOperand(reader) };
}

function parseList(reader: SqlReader): Expression[] {
  reader.expectSymbol('[');
  const list: Expression[] = [];
  if (reader.takeSymbol(']')) return list;
  do list.push(parseOperand(reader));
  while (reader.takeSymbol(','));
  reader.expectSymbol(']');
  return list;
}

function parseOperand(reader: SqlReader): Expression {
  if (reader.takeSymbol('(')) {
    const inner = parseExpression(reader);
    reader.expectSymbol(')');
    return inner;
  }
  if (reader.takeSymbol('-')) {
    const token = reader.take();
    if (token?.kind !== 'number') throw new SqlError(`- before ${token?.text ?? 'nothing'}`);
    return { kind: 'literal', value: -Number(token.text) };
  }
  const token = reader.peek();
  if (token === undefined || token.kind === 'symbol') throw new SqlError(`${reader.found()} instead of a value`);
  reader.take();
  if (token.kind === 'string') return { kind: 'literal', value: token.text };
  if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) };
  return parseWord(reader, token.text);
}

function parseWord(reader: SqlReader, word: string): Expression {
  const lower = word.toLowerCase();
  if (lower === 'true' || lower === 'false') return { kind: 'literal', value: lower === 'true' };
  if (lower === 'null') return { kind: 'literal', value: null };
  if (KEYWORDS.has(word.toUpperCase())) throw new SqlError(`unexpected ${word}`);
  if (reader.takeSymbol('(')) return { kind: 'call', call: parseCall(reader, word) };
  const names = [word];
  while (reader.takeSymbol('.')) names.push(reader.expectWord('a property name'));
  return { kind: 'path', names };
}

function parseCall(reader: SqlReader, name: string): SqlFunction {
  const call = parseArguments(reader, name);
  reader.expectSymbol(')');
  return call;
}

function parseArguments(reader: SqlReader, name: string): SqlFunction {
  switch (name) {
    case 'clientid':
    case 'timestamp':
    case 'traceid':
    case 'principal':
      return { name };
    case 'topic':
      return parseTopic(reader);
    case 'encode':
      return parseEncode(reader);
    case 'get_mqtt_property': {
      const property = reader.expectString('a property name');
      if (!MQTT_PROPERTIES.includes(property)) throw new SqlError(`get_mqtt_property('${property}')`);
      return { name, property };
    }
    default:
      throw new SqlError(`the function ${name}()`);
  }
}

function parseTopic(reader: SqlReader): SqlFunction {
  const token = reader.peek();
  if (token?.kind !== 'number') return { name: 'topic' };
  reader.take();
  const level = Number(token.text);
  if (!Number.isInteger(level) || level < 1) throw new SqlError(`topic(${token.text})`);
  return { name: 'topic', level };
}

function parseEncode(reader: SqlReader): SqlFunction {
  if (!reader.takeSymbol('*')) throw new SqlError(`encode(${reader.found()}): only the whole payload, *, is supported`);
  reader.expectSymbol(',');
  const scheme = reader.expectString('an encoding');
  if (scheme !== 'base64') throw new SqlError(`encode(*, '${scheme}')`);
  return { name: 'encodePayload' };
}
