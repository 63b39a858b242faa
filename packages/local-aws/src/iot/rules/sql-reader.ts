import { SqlError, type Token, tokenize } from './sql-tokens';

/** A cursor over the tokens of one statement. Keywords are case-insensitive. */
export class SqlReader {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(sql: string) {
    this.tokens = tokenize(sql);
  }

  peek(): Token | undefined {
    return this.tokens[this.position];
  }

  take(): Token | undefined {
    return this.tokens[this.position++];
  }

  takeKeyword(keyword: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'word' || token.text.toUpperCase() !== keyword) return false;
    this.position++;
    return true;
  }

  takeSymbol(symbol: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'symbol' || token.text !== symbol) return false;
    this.position++;
    return true;
  }

  expectKeyword(keyword: string): void {
    if (!this.takeKeyword(keyword)) throw new SqlError(`${this.found()} instead of ${keyword}`);
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw new SqlError(`${this.found()} instead of ${symbol}`);
  }

  expectWord(what: string): string {
    const token = this.peek();
    if (token?.kind !== 'word') throw new SqlError(`${this.found()} instead of ${what}`);
    this.position++;
    return token.text;
  }

  expectString(what: string): string {
    const token = this.peek();
    if (token?.kind !== 'string') throw new SqlError(`${this.found()} instead of ${what}`);
    this.position++;
    return token.text;
  }

  /** The next token, for messages. */
  found(): string {
    return this.peek()?.text ?? 'the end of the statement';
  }
}
