import { parseExpression } from './sql-expression';
import { SqlReader } from './sql-reader';
import type { Expression, SelectItem, SqlStatement } from './sql-statement';
import { SqlError } from './sql-tokens';

/**
 * Parses `SELECT … FROM 'filter' [WHERE …]`, as far as the rules engine evaluates it here. Throws `SqlError` naming the
 * first construct that it does not evaluate.
 */
export function parseSql(sql: string): SqlStatement {
  const reader = new SqlReader(sql);
  reader.expectKeyword('SELECT');
  const select = [selectItem(reader)];
  while (reader.takeSymbol(',')) select.push(selectItem(reader));
  reader.expectKeyword('FROM');
  const from = reader.take();
  if (from?.kind !== 'string') throw new SqlError(`FROM ${from?.text ?? 'nothing'} instead of a quoted topic filter`);
  const where = reader.takeKeyword('WHERE') ? parseExpression(reader) : undefined;
  const rest = reader.peek();
  if (rest !== undefined) throw new SqlError(`unexpected ${rest.text}`);
  return { select, from: from.text, ...(where !== undefined && { where }) };
}

function selectItem(reader: SqlReader): SelectItem {
  if (reader.takeSymbol('*')) return { kind: 'all' };
  const expression = parseExpression(reader);
  if (reader.takeKeyword('AS')) return { kind: 'named', name: reader.expectWord('a name after AS'), expression };
  return { kind: 'named', name: impliedName(expression), expression };
}

/**
 * Without AS a property keeps its own name. Anything else needs AS here, so that nobody relies on a name that AWS
 * chooses.
 */
function impliedName(expression: Expression): string {
  const name = expression.kind === 'path' ? expression.names.at(-1) : undefined;
  if (name === undefined) throw new SqlError('an expression without AS');
  return name;
}
