import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import { Construct } from 'constructs';
import type { Failures } from './failures';
import type { CirrusFunction } from './function';
import { SQL_VERSION, type TopicRule } from './topics';

export interface RuleProps {
  readonly rule: TopicRule;
  readonly failures: Failures;
  /** What the rule does with each message. */
  readonly action: CfnTopicRule.ActionProperty;
}

/** One IoT rule with its error action. */
export class Rule extends Construct {
  readonly resource: CfnTopicRule;

  constructor(scope: Construct, id: string, props: RuleProps) {
    super(scope, id);
    this.resource = new CfnTopicRule(this, 'Resource', {
      ruleName: props.rule.name,
      topicRulePayload: {
        description: props.rule.description,
        sql: props.rule.sql,
        awsIotSqlVersion: SQL_VERSION,
        ruleDisabled: false,
        actions: [props.action],
        errorAction: props.failures.ruleErrorAction(),
      },
    });
  }
}

/** Makes a rule that invokes a function, and lets this rule invoke it. */
export function invokeByRule(scope: Construct, to: CirrusFunction, rule: TopicRule, failures: Failures): Rule {
  const made = new Rule(scope, rule.name, {
    rule,
    failures,
    action: { lambda: { functionArn: to.lambda.functionArn } },
  });
  to.lambda.addPermission(rule.name, {
    scope: made,
    principal: new ServicePrincipal('iot.amazonaws.com'),
    sourceArn: made.resource.attrArn,
    sourceAccount: Stack.of(scope).account,
  });
  return made;
}
