import { isTemplateObject, TemplateError, type TemplateObject, type TemplateValue } from '../template/template';
import { type ValueTest, valueTest } from './operators';

/** Whether an event matches. */
export type EventPattern = (event: unknown) => boolean;

type ScopeTest = (scope: unknown) => boolean;

/**
 * Compiles an event pattern as EventBridge reads it. All members must match, and of a list any one value. When the
 * event has a list of objects, all members must match in the same object. A pattern that EventBridge would not take is
 * a `TemplateError` that names `where`.
 */
export function compilePattern(pattern: TemplateValue | undefined, where: string): EventPattern {
  if (!isTemplateObject(pattern) || Object.keys(pattern).length === 0) {
    throw new TemplateError(`${where}: EventPattern is not an object with members`);
  }
  return members(pattern, where);
}

function members(pattern: TemplateObject, where: string): ScopeTest {
  const conditions = Object.entries(pattern).map(([name, expected]) =>
    name === '$or' ? anyOf(expected, where) : member(name, expected, `${where}: ${name}`),
  );
  return (scope) => conditions.every((holds) => holds(scope));
}

function anyOf(patterns: TemplateValue, where: string): ScopeTest {
  if (!Array.isArray(patterns) || patterns.length < 2) throw new TemplateError(`${where}: $or needs two patterns`);
  const alternatives = patterns.map((pattern) => {
    if (!isTemplateObject(pattern)) throw new TemplateError(`${where}: $or has something that is no pattern`);
    return members(pattern, where);
  });
  return (scope) => alternatives.some((holds) => holds(scope));
}

function member(name: string, expected: TemplateValue, where: string): ScopeTest {
  if (isTemplateObject(expected)) {
    if (Object.keys(expected).length === 0) throw new TemplateError(`${where} asks for nothing`);
    const nested = members(expected, where);
    return (scope) => {
      const value = memberOf(scope, name);
      return Array.isArray(value) && value.length > 0 ? value.some(nested) : nested(value);
    };
  }
  if (!Array.isArray(expected) || expected.length === 0) {
    throw new TemplateError(`${where}: the values to match stand in a list`);
  }
  const alternatives = expected.map((one) => leaf(one, where));
  return (scope) => {
    const values = leaves(memberOf(scope, name));
    return alternatives.some((holds) => holds(values));
  };
}

/** A test of the values that a member has: one value, those of a list, or none when the member is absent. */
function leaf(expected: TemplateValue, where: string): (values: readonly unknown[]) => boolean {
  if (isTemplateObject(expected) && 'exists' in expected) {
    const { exists } = expected;
    if (typeof exists !== 'boolean') throw new TemplateError(`${where}: exists is true or false`);
    return (values) => values.length > 0 === exists;
  }
  const test: ValueTest = valueTest(expected, where);
  return (values) => values.some(test);
}

function memberOf(scope: unknown, name: string): unknown {
  if (typeof scope !== 'object' || scope === null || Array.isArray(scope)) return undefined;
  return Object.hasOwn(scope, name) ? (scope as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** The values that operators look at. An object counts as absent. */
function leaves(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return typeof value === 'object' && value !== null ? [] : [value];
}
