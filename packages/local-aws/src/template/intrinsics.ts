import { isTemplateObject, type Template, TemplateError, type TemplateObject, type TemplateValue } from './template';

/** What a created resource answers to `Ref` and `Fn::GetAtt`. */
export interface ResourceReference {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, TemplateValue>>;
}

/** `AWS::Region` and its relatives. */
interface PseudoParameters {
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  readonly partition: string;
  readonly urlSuffix: string;
}

/** `AWS::NoValue`: the property that holds it is left out. */
const NO_VALUE = Symbol('AWS::NoValue');
type Resolved = TemplateValue | typeof NO_VALUE;

/**
 * Evaluates the intrinsic functions of one template: Ref, Fn::GetAtt, Fn::Join, Fn::Sub, Fn::Select, Fn::Split, Fn::If,
 * Fn::FindInMap, Fn::Base64; conditions with Fn::Equals, Fn::Not, Fn::And, Fn::Or. Anything else is a
 * `TemplateError` that names the function.
 */
export class Intrinsics {
  readonly #template: Template;
  readonly #pseudo: ReadonlyMap<string, Resolved>;
  readonly #parameters: Readonly<Record<string, string>>;
  readonly #references = new Map<string, ResourceReference>();
  readonly #conditions = new Map<string, boolean>();

  constructor(template: Template, pseudo: PseudoParameters, parameters: Readonly<Record<string, string>> = {}) {
    this.#template = template;
    this.#parameters = parameters;
    const stackId = `arn:${pseudo.partition}:cloudformation:${pseudo.region}:${pseudo.accountId}:stack/${pseudo.stackName}/local`;
    this.#pseudo = new Map<string, Resolved>([
      ['AWS::Region', pseudo.region],
      ['AWS::AccountId', pseudo.accountId],
      ['AWS::StackName', pseudo.stackName],
      ['AWS::StackId', stackId],
      ['AWS::Partition', pseudo.partition],
      ['AWS::URLSuffix', pseudo.urlSuffix],
      ['AWS::NotificationARNs', []],
      ['AWS::NoValue', NO_VALUE],
    ]);
  }

  /** Makes a created resource known to later `Ref` and `Fn::GetAtt`. */
  define(logicalId: string, reference: ResourceReference): void {
    this.#references.set(logicalId, reference);
  }

  /** The value with every intrinsic function evaluated, and without properties that are `AWS::NoValue`. */
  resolve(value: TemplateValue): TemplateValue {
    const resolved = this.#resolve(value);
    if (resolved === NO_VALUE) throw new TemplateError('AWS::NoValue stands where a value is needed');
    return resolved;
  }

  /** Resolves every property of a resource. */
  resolveObject(value: TemplateObject): TemplateObject {
    const entries = Object.entries(value)
      .map(([key, item]) => [key, this.#resolve(item)] as const)
      .filter((entry): entry is [string, TemplateValue] => entry[1] !== NO_VALUE);
    return Object.fromEntries(entries);
  }

  /** Whether the named condition of the template holds. */
  condition(name: string): boolean {
    const known = this.#conditions.get(name);
    if (known !== undefined) return known;
    const expression = this.#template.Conditions?.[name];
    if (expression === undefined) throw new TemplateError(`condition ${name} is not in the template`);
    const holds = this.#holds(expression);
    this.#conditions.set(name, holds);
    return holds;
  }

  #resolve(value: TemplateValue): Resolved {
    if (Array.isArray(value)) {
      return value.map((item) => this.#resolve(item)).filter((item): item is TemplateValue => item !== NO_VALUE);
    }
    if (!isTemplateObject(value)) return value;
    const keys = Object.keys(value);
    const [name] = keys;
    if (keys.length === 1 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'))) {
      return this.#call(name, value[name] ?? null);
    }
    return this.resolveObject(value);
  }

  #call(name: string, argument: TemplateValue): Resolved {
    switch (name) {
      case 'Ref':
        return this.#ref(this.#text(argument, name));
      case 'Fn::GetAtt':
        return this.#getAtt(argument);
      case 'Fn::Join':
        return this.#join(argument);
      case 'Fn::Sub':
        return this.#sub(argument);
      case 'Fn::Select':
        return this.#select(argument);
      case 'Fn::Split': {
        const [separator, source] = this.#list(argument, name, 2);
        return this.#text(source, name).split(this.#text(separator, name));
      }
      case 'Fn::If': {
        const [condition, whenTrue, whenFalse] = this.#raw(argument, name, 3);
        return this.#resolve((this.condition(String(condition)) ? whenTrue : whenFalse) ?? null);
      }
      case 'Fn::FindInMap':
        return this.#findInMap(argument);
      case 'Fn::Base64':
        return Buffer.from(this.#text(this.resolve(argument), name)).toString('base64');
      default:
        throw new TemplateError(`intrinsic function ${name} is not supported`);
    }
  }

  #ref(name: string): Resolved {
    const pseudo = this.#pseudo.get(name);
    if (pseudo !== undefined) return pseudo;
    const reference = this.#references.get(name);
    if (reference) return reference.ref;
    const parameter = this.#template.Parameters?.[name];
    const value = this.#parameters[name] ?? parameter?.Default;
    if (parameter && value !== undefined) return value;
    if (parameter) throw new TemplateError(`parameter ${name} has no value`);
    throw new TemplateError(`Ref to ${name}, which is neither a created resource nor a parameter`);
  }

  #getAtt(argument: TemplateValue): TemplateValue {
    const parts = typeof argument === 'string' ? argument.split('.') : this.#raw(argument, 'Fn::GetAtt', 2).map(String);
    const [logicalId = '', ...path] = parts;
    const attribute = path.join('.');
    const value = this.#references.get(logicalId)?.attributes[attribute];
    if (value === undefined) throw new TemplateError(`Fn::GetAtt ${logicalId}.${attribute}: no such attribute here`);
    return value;
  }

  #join(argument: TemplateValue): string {
    const [separator, items] = this.#list(argument, 'Fn::Join', 2);
    if (!Array.isArray(items)) throw new TemplateError('Fn::Join needs a list');
    return items.map((item) => this.#text(item, 'Fn::Join')).join(this.#text(separator, 'Fn::Join'));
  }

  #sub(argument: TemplateValue): string {
    const parts: readonly TemplateValue[] =
      typeof argument === 'string' ? [argument] : this.#raw(argument, 'Fn::Sub', 2);
    const [text, variables] = parts;
    return this.#text(text, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      const own = isTemplateObject(variables) ? variables[name] : undefined;
      if (own !== undefined) return this.#text(this.resolve(own), 'Fn::Sub');
      return this.#text(name.includes('.') ? this.#getAtt(name) : this.#ref(name), 'Fn::Sub');
    });
  }

  #select(argument: TemplateValue): TemplateValue {
    const [index, items] = this.#list(argument, 'Fn::Select', 2);
    const item = Array.isArray(items) ? items[Number(index)] : undefined;
    if (item === undefined) throw new TemplateError(`Fn::Select: no element ${String(index)}`);
    return item;
  }

  #findInMap(argument: TemplateValue): TemplateValue {
    const [map, first, second] = this.#list(argument, 'Fn::FindInMap', 3).map(String);
    const value = this.#template.Mappings?.[map ?? '']?.[first ?? '']?.[second ?? ''];
    if (value === undefined) throw new TemplateError(`Fn::FindInMap: ${map}.${first}.${second} is not in Mappings`);
    return value;
  }

  #holds(expression: TemplateValue): boolean {
    if (!isTemplateObject(expression)) throw new TemplateError('a condition is not a condition function');
    const [name = ''] = Object.keys(expression);
    const argument = expression[name] ?? null;
    switch (name) {
      case 'Condition':
        return this.condition(this.#text(argument, name));
      case 'Fn::Equals': {
        const [left, right] = this.#list(argument, name, 2);
        return JSON.stringify(left) === JSON.stringify(right);
      }
      case 'Fn::Not':
        return !this.#raw(argument, name, 1).some((item) => this.#holds(item));
      case 'Fn::And':
        return this.#raw(argument, name).every((item) => this.#holds(item));
      case 'Fn::Or':
        return this.#raw(argument, name).some((item) => this.#holds(item));
      default:
        throw new TemplateError(`condition function ${name} is not supported`);
    }
  }

  #raw(argument: TemplateValue, name: string, length?: number): readonly TemplateValue[] {
    if (!Array.isArray(argument) || (length !== undefined && argument.length !== length)) {
      throw new TemplateError(`${name} needs a list${length === undefined ? '' : ` of ${length}`}`);
    }
    return argument;
  }

  #list(argument: TemplateValue, name: string, length: number): readonly TemplateValue[] {
    return this.#raw(argument, name, length).map((item) => this.resolve(item));
  }

  #text(value: Resolved | undefined, name: string): string {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw new TemplateError(`${name} needs a text, got ${JSON.stringify(value) ?? 'nothing'}`);
  }
}
