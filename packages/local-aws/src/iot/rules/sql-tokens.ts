/** One token of a rule's SQL. The text of a string is without its quotes. */
export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string };

/** SQL outside the supported subset; the message names the construct. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
}

const PATTERN =
  /\s+|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<number>\d+(?:\.\d+)?)|(?<string>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?<symbol><>|<=|>=|[-=<>(),.*[\]+/%])/y;

/** Cuts a rule's SQL into tokens. Throws `SqlError` at the first character that begins no token. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < sql.length) {
    const start = PATTERN.lastIndex;
    const groups = PATTERN.exec(sql)?.groups;
    if (groups === undefined) throw new SqlError(`unexpected ${sql.slice(start, start + 10)}`);
    const { word, number, string, symbol } = groups;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (string !== undefined) tokens.push({ kind: 'string', text: unquote(string) });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
}

/** A quote inside a string is written twice. */
function unquote(literal: string): string {
  const quote = literal.charAt(0);
  return literal.slice(1, -1).replaceAll(quote + quote, quote);
}
