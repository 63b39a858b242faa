/**
 * The functions of the rules engine that are evaluated here
 * (docs/reference/aws-platform.md#functions-of-the-rules-engine).
 */
export type SqlFunction =
  | { readonly name: 'encodePayload' }
  | { readonly name: 'topic'; readonly level?: number }
  | { readonly name: 'clientid' | 'timestamp' | 'traceid' | 'principal' }
  | { readonly name: 'get_mqtt_property'; readonly property: string };

export type Comparison = '=' | '<>' | '<' | '>' | '<=' | '>=';

/** A parsed expression. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'path'; readonly names: readonly string[] }
  | { readonly kind: 'call'; readonly call: SqlFunction }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'in'; readonly value: Expression; readonly list: readonly Expression[]; readonly negated: boolean }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression };

/** One field of SELECT: `*`, or an expression with its name. */
export type SelectItem =
  | { readonly kind: 'all' }
  | { readonly kind: 'named'; readonly name: string; readonly expression: Expression };

/** A parsed rule. `from` is its topic filter. */
export interface SqlStatement {
  readonly select: readonly SelectItem[];
  readonly from: string;
  readonly where?: Expression;
}
