import { setTimeout as pause } from 'node:timers/promises';
import { JournalError } from '../../journal';
import type { IotDependencies } from '../iot-dependencies';
import { type TopicRuleResource, UnsupportedResourceError } from '../iot-resources';
import { IOT_LIMITS } from '../limits';
import { TopicTree } from '../topics/topic-tree';
import { topicFilterProblem } from '../topics/topics';
import { type RuleAction, ruleAction } from './rule-action';
import type { RuleMessage } from './rule-message';
import { passes, type Selection, select } from './sql-evaluator';
import { parseSql } from './sql-parser';
import type { SqlStatement } from './sql-statement';
import { SqlError } from './sql-tokens';

interface Rule {
  readonly name: string;
  readonly statement: SqlStatement;
  readonly actions: readonly RuleAction[];
  readonly errorAction?: RuleAction;
}

/**
 * One entry of `failures` in the message of an error action
 * (docs/reference/aws-platform.md#message-of-an-error-action).
 */
interface Failure {
  readonly failedAction: string;
  readonly failedResource: string;
  readonly errorMessage: string;
}

const SQL_VERSION = '2016-03-23';

/**
 * Runs the topic rules of the template: every rule that matches a message runs once for it
 * (docs/reference/aws-platform.md#a-rule-runs-once-for-each-message-it-matches).
 */
export class RuleEngine {
  private readonly rules = new TopicTree<Rule>();
  private readonly running = new Set<Promise<void>>();

  /** Throws `UnsupportedResourceError` for SQL and actions outside the supported subset. */
  constructor(
    resources: readonly TopicRuleResource[],
    private readonly deps: IotDependencies,
    private readonly retryDelays: readonly number[],
  ) {
    for (const resource of resources) {
      if (resource.TopicRulePayload.RuleDisabled === true) continue;
      const rule = compile(resource, deps);
      this.rules.add(rule.statement.from, rule);
    }
  }

  /**
   * Starts the matching rules. Resolves when they are done, whether their actions worked or not. Rejects with a
   * `JournalError` when the message could not be kept: then it must not be acknowledged.
   */
  async dispatch(message: RuleMessage): Promise<void> {
    const runs: Promise<void>[] = [];
    for (const rule of this.rules.match(message.topic)) {
      if (!passes(rule.statement, message)) continue;
      this.deps.meter.rulesTriggered(message.payload.length);
      const run = this.run(rule, message);
      runs.push(run);
      const settled = run.catch(() => undefined).finally(() => this.running.delete(settled));
      this.running.add(settled);
    }
    await Promise.all(runs);
  }

  /** Resolves when every rule started so far is done, retries and error actions included. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private async run(rule: Rule, message: RuleMessage): Promise<void> {
    let selection: Selection;
    try {
      selection = select(rule.statement, message);
    } catch (error) {
      const failed = rule.actions.map((action) => failure(action, error));
      return this.failed(rule, message, failed);
    }
    const outcomes = await Promise.all(rule.actions.map((action) => this.attempt(action, selection, message)));
    const failed = outcomes.filter((outcome) => outcome !== undefined);
    if (failed.length > 0) await this.failed(rule, message, failed);
  }

  private async attempt(action: RuleAction, selection: Selection, message: RuleMessage): Promise<Failure | undefined> {
    for (let retry = 0; ; retry++) {
      try {
        await action.run(selection, message.payload);
        this.deps.meter.actionsExecuted(message.payload.length);
        return undefined;
      } catch (error) {
        if (error instanceof JournalError) throw error;
        const delay = this.retryDelays[retry];
        if (delay === undefined) return failure(action, error);
        await pause(delay, undefined, { ref: false });
      }
    }
  }

  /** Runs the error action, once for the message, with everything that is needed to replay it. */
  private async failed(rule: Rule, message: RuleMessage, failures: readonly Failure[]): Promise<void> {
    const report = (text: string): void =>
      this.deps.onEvent?.({ kind: 'ruleFailed', rule: rule.name, topic: message.topic, message: text });
    report(failures.map(({ errorMessage }) => errorMessage).join('; '));
    if (rule.errorAction === undefined) return;
    const value = {
      ruleName: rule.name,
      topic: message.topic,
      cloudwatchTraceId: message.traceId ?? '',
      clientId: message.clientId ?? 'n/a',
      base64OriginalPayload: message.payload.toString('base64'),
      failures,
    };
    const lost = await this.attempt(rule.errorAction, { kind: 'json', value }, message);
    if (lost !== undefined) report(`the error action failed too: ${lost.errorMessage}`);
  }
}

function compile({ RuleName: name, TopicRulePayload: payload }: TopicRuleResource, deps: IotDependencies): Rule {
  const resource = `rule ${name}`;
  const arn = `arn:aws:iot:${deps.region}:${deps.account}:rule/${name}`;
  if (payload.AwsIotSqlVersion !== SQL_VERSION) {
    throw new UnsupportedResourceError(resource, `AwsIotSqlVersion ${payload.AwsIotSqlVersion ?? '(default)'}`);
  }
  if (payload.Actions.length > IOT_LIMITS.actionsPerRule)
    throw new UnsupportedResourceError(resource, 'more than 10 actions');
  const { ErrorAction } = payload;
  return {
    name,
    statement: parse(payload.Sql, resource),
    actions: payload.Actions.map((action) => ruleAction(action, resource, arn, deps)),
    ...(ErrorAction !== undefined && { errorAction: ruleAction(ErrorAction, resource, arn, deps) }),
  };
}

function parse(sql: string, resource: string): SqlStatement {
  try {
    const statement = parseSql(sql);
    const problem = topicFilterProblem(statement.from);
    if (problem !== undefined) throw new SqlError(`FROM '${statement.from}': ${problem}`);
    return statement;
  } catch (error) {
    if (error instanceof SqlError)
      throw new UnsupportedResourceError(resource, `SQL: ${error.message}`, { cause: error });
    throw error;
  }
}

function failure(action: RuleAction, error: unknown): Failure {
  const errorMessage = error instanceof Error ? error.message : String(error);
  return { failedAction: action.type, failedResource: action.resource, errorMessage };
}
