import { isTemplateObject, TemplateError, type TemplateObject, type TemplateValue } from '../template/template';
import { matchesWildcard } from '../wildcard';

/** The condition keys that a request has, such as `iot:Topic`, with their values. */
export type RequestContext = Readonly<Record<string, string>>;

type TextComparison = (expected: string, actual: string) => boolean;
const equals: TextComparison = (expected, actual) => expected === actual;
const like: TextComparison = (expected, actual) => matchesWildcard(expected, actual);
const ignoringCase: TextComparison = (expected, actual) => expected.toLowerCase() === actual.toLowerCase();

const operators: Readonly<Record<string, { readonly test: TextComparison; readonly negated: boolean }>> = {
  StringEquals: { test: equals, negated: false },
  StringNotEquals: { test: equals, negated: true },
  StringEqualsIgnoreCase: { test: ignoringCase, negated: false },
  StringLike: { test: like, negated: false },
  StringNotLike: { test: like, negated: true },
  ArnEquals: { test: like, negated: false },
  ArnLike: { test: like, negated: false },
  ArnNotEquals: { test: like, negated: true },
  ArnNotLike: { test: like, negated: true },
  Bool: { test: ignoringCase, negated: false },
};

/** One clause of a `Condition` block: an operator, a key and the accepted values. */
export interface PolicyCondition {
  readonly key: string;
  readonly values: readonly string[];
  readonly test: TextComparison;
  readonly negated: boolean;
  readonly ifExists: boolean;
}

/**
 * Compiles a `Condition` block. An operator that cannot be evaluated here is a `TemplateError` naming it and `where`.
 */
export function parseConditions(block: TemplateValue | undefined, where: string): readonly PolicyCondition[] {
  if (block === undefined) return [];
  if (!isTemplateObject(block)) throw new TemplateError(`${where}: Condition is not an object`);
  return Object.entries(block).flatMap(([name, keys]) => {
    const ifExists = name.endsWith('IfExists');
    const operator = operators[ifExists ? name.slice(0, -'IfExists'.length) : name];
    if (!operator) throw new TemplateError(`${where}: condition operator ${name} is not supported`);
    if (!isTemplateObject(keys)) throw new TemplateError(`${where}: condition ${name} is not an object`);
    return clauses(keys).map(({ key, values }) => ({ key, values, ...operator, ifExists }));
  });
}

function clauses(keys: TemplateObject): { key: string; values: string[] }[] {
  return Object.entries(keys).map(([key, value]) => ({
    key: key.toLowerCase(),
    values: (Array.isArray(value) ? value : [value]).map(String),
  }));
}

/**
 * Whether all clauses hold. An absent key fails a positive operator, and passes a negated one or one with `IfExists`.
 */
export function conditionsHold(conditions: readonly PolicyCondition[], context: RequestContext): boolean {
  if (conditions.length === 0) return true;
  const lowered = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return conditions.every(({ key, values, test, negated, ifExists }) => {
    const actual = lowered.get(key);
    if (actual === undefined) return negated || ifExists;
    return values.some((expected) => test(expected, actual)) !== negated;
  });
}
