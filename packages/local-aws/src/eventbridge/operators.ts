import { BlockList, isIP } from 'node:net';
import { isTemplateObject, TemplateError, type TemplateObject, type TemplateValue } from '../template/template';

/** Whether one value of an event is what a pattern asks for. The value is never an object or a list. */
export type ValueTest = (value: unknown) => boolean;

/** The comparison operators of EventBridge, without `exists`, which also looks at absent values (`pattern.ts`). */
const OPERATORS: Readonly<Record<string, (operand: TemplateValue, where: string) => ValueTest>> = {
  prefix: (operand, where) => text(operand, where, (value, start) => value.startsWith(start)),
  suffix: (operand, where) => text(operand, where, (value, end) => value.endsWith(end)),
  'equals-ignore-case': (operand, where) => equalsIgnoringCase(operand, where),
  wildcard: (operand, where) => wildcard(operand, where),
  'anything-but': (operand, where) => anythingBut(operand, where),
  numeric: (operand, where) => numeric(operand, where),
  cidr: (operand, where) => cidr(operand, where),
};

/**
 * Compiles a value of a pattern's list. An operator that EventBridge does not know is a `TemplateError` naming `where`.
 */
export function valueTest(expected: TemplateValue, where: string): ValueTest {
  if (Array.isArray(expected)) throw new TemplateError(`${where}: a list stands within a list`);
  if (!isTemplateObject(expected)) return (value) => value === expected;
  const [name, operand] = only(expected, where);
  const operator = OPERATORS[name];
  if (!operator) throw new TemplateError(`${where}: operator ${name} is not one of EventBridge's`);
  return operator(operand, `${where}: ${name}`);
}

function only(object: TemplateObject, where: string): [string, TemplateValue] {
  const [entry, ...others] = Object.entries(object);
  if (!entry || others.length > 0) throw new TemplateError(`${where}: exactly one operator is expected`);
  return entry;
}

function textOf(operand: TemplateValue, where: string): string {
  if (typeof operand !== 'string') throw new TemplateError(`${where} needs a text`);
  return operand;
}

const lowered = (text: string): string => text.toLowerCase();

/** Prefix and suffix take a text, or `{ "equals-ignore-case": text }`. */
function text(operand: TemplateValue, where: string, holds: (value: string, part: string) => boolean): ValueTest {
  if (!isTemplateObject(operand)) {
    const part = textOf(operand, where);
    return (value) => typeof value === 'string' && holds(value, part);
  }
  const [name, inner] = only(operand, where);
  if (name !== 'equals-ignore-case') throw new TemplateError(`${where}: ${name} is not supported within it`);
  const part = lowered(textOf(inner, where));
  return (value) => typeof value === 'string' && holds(lowered(value), part);
}

function equalsIgnoringCase(operand: TemplateValue, where: string): ValueTest {
  const expected = lowered(textOf(operand, where));
  return (value) => typeof value === 'string' && lowered(value) === expected;
}

/** `*` is any run of characters; `\*` and `\\` stand for themselves. */
function wildcard(operand: TemplateValue, where: string): ValueTest {
  const pattern = textOf(operand, where);
  if (/\*\*/.test(pattern.replace(/\\./g, ''))) throw new TemplateError(`${where}: two wildcards stand side by side`);
  if (/\\(?![*\\])/.test(pattern.replace(/\\\\/g, ''))) throw new TemplateError(`${where}: only * and \\ are escaped`);
  const source = pattern.replace(/\\([*\\])|(\*)|([.+?^${}()|[\]\\])/g, (_, escaped, star, special) => {
    if (star) return '[^]*';
    return `\\${escaped ?? special}`;
  });
  const expression = new RegExp(`^${source}$`);
  return (value) => typeof value === 'string' && expression.test(value);
}

/** Operators that `anything-but` negates; each takes one text or several. */
const NEGATED = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];

function anythingBut(operand: TemplateValue, where: string): ValueTest {
  if (isTemplateObject(operand)) {
    const [name, inner] = only(operand, where);
    if (!NEGATED.includes(name)) throw new TemplateError(`${where}: ${name} is not supported within it`);
    const tests = listOf(inner).map((one) => valueTest({ [name]: one }, where));
    return (value) => typeof value === 'string' && !tests.some((test) => test(value));
  }
  const refused = listOf(operand);
  if (refused.length === 0 || !refused.every((one) => typeof one === 'string' || typeof one === 'number')) {
    throw new TemplateError(`${where} needs texts or numbers`);
  }
  return (value) => !refused.some((one) => one === value);
}

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};
/** EventBridge compares numbers within this range. */
const LARGEST = 5_000_000_000;

/** `["=", 5]`, `["<", 5]`, or a range such as `[">", 0, "<=", 5]`. */
function numeric(operand: TemplateValue, where: string): ValueTest {
  const parts = listOf(operand);
  if (parts.length !== 2 && parts.length !== 4) throw new TemplateError(`${where} needs one comparison or two`);
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const compare = COMPARISONS[String(parts[at])];
    const limit = parts[at + 1];
    if (!compare) throw new TemplateError(`${where}: ${JSON.stringify(parts[at])} is no comparison`);
    if (typeof limit !== 'number' || Math.abs(limit) > LARGEST) {
      throw new TemplateError(`${where}: ${JSON.stringify(limit)} is not a number within five billion of zero`);
    }
    tests.push((value) => compare(value, limit));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function cidr(operand: TemplateValue, where: string): ValueTest {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(textOf(operand, where)) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) throw new TemplateError(`${where}: not a CIDR block`);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return (value) => typeof value === 'string' && isIP(value) === version && block.check(value, family);
}

function listOf(value: TemplateValue): readonly TemplateValue[] {
  return Array.isArray(value) ? value : [value];
}
