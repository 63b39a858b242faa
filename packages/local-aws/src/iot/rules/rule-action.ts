import type { IotDependencies } from '../iot-dependencies';
import { type RuleActionResource, UnsupportedResourceError } from '../iot-resources';
import type { Selection } from './sql-evaluator';

/** One action of a rule, ready to run. */
export interface RuleAction {
  /** The name that AWS uses in the message of an error action. */
  readonly type: 'LambdaAction' | 'SqsAction';
  readonly resource: string;
  run(selection: Selection, payload: Buffer): Promise<void>;
}

/** Throws `UnsupportedResourceError` for every action type and property that is not executed here. */
export function ruleAction(
  resource: RuleActionResource,
  rule: string,
  ruleArn: string,
  deps: IotDependencies,
): RuleAction {
  const [[type, properties] = ['nothing', undefined], ...others] = Object.entries(resource);
  if (others.length > 0) throw new UnsupportedResourceError(rule, 'an action with more than one type');
  switch (type) {
    case 'Lambda':
      return lambdaAction(new Properties(rule, 'Lambda', properties, ['FunctionArn']), ruleArn, deps);
    case 'Sqs':
      return sqsAction(new Properties(rule, 'Sqs', properties, ['QueueUrl', 'RoleArn', 'UseBase64']), deps);
    default:
      throw new UnsupportedResourceError(rule, `the action ${type}`);
  }
}

function lambdaAction(properties: Properties, ruleArn: string, deps: IotDependencies): RuleAction {
  const functionArn = properties.text('FunctionArn');
  return {
    type: 'LambdaAction',
    resource: functionArn,
    async run(selection) {
      if (selection.kind === 'raw') throw new Error('the Lambda action does not support a binary payload');
      await deps.invokeAsync(functionArn, selection.value, { principal: 'iot.amazonaws.com', arn: ruleArn });
    },
  };
}

function sqsAction(properties: Properties, deps: IotDependencies): RuleAction {
  const queueUrl = properties.text('QueueUrl');
  const roleArn = properties.text('RoleArn');
  const useBase64 = properties.flag('UseBase64');
  return {
    type: 'SqsAction',
    resource: queueUrl,
    async run(selection, payload) {
      const body = selection.kind === 'raw' ? payload : Buffer.from(JSON.stringify(selection.value));
      await deps.sendMessage(queueUrl, body.toString(useBase64 ? 'base64' : 'utf8'), roleArn);
    },
  };
}

/** The properties of an action. Each method throws when the template has them wrong. */
class Properties {
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(
    private readonly rule: string,
    private readonly action: string,
    properties: unknown,
    known: readonly string[],
  ) {
    this.values = typeof properties === 'object' && properties !== null ? { ...properties } : {};
    const unknown = Object.keys(this.values).find((name) => !known.includes(name));
    if (unknown !== undefined) throw this.unsupported(unknown);
  }

  text(name: string): string {
    const value = this.values[name];
    if (typeof value !== 'string') throw this.unsupported(`${name} is missing`);
    if (/\$\{/.test(value)) throw this.unsupported(`a substitution template in ${name}`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.values[name] ?? false;
    if (typeof value !== 'boolean') throw this.unsupported(`${name} is not a boolean`);
    return value;
  }

  private unsupported(construct: string): UnsupportedResourceError {
    return new UnsupportedResourceError(this.rule, `the action ${this.action}: ${construct}`);
  }
}
