import { Match, Template } from 'aws-cdk-lib/assertions';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { CirrusEventRule, type CirrusEventRuleProps } from '../../cdk/event-rule';
import { CirrusStack } from '../../cdk/stack';
import { cirrusApp, STACK_NAME } from '../../cdk/synthesize';
import { idlePrice } from './idle-price';
import { resourcesOf, templateOf, WITHOUT_BUNDLES } from './synthesized';

type RuleProps = Omit<CirrusEventRuleProps, 'cirrus' | 'targets'>;

/** The app with rules of the given properties, all with one queue for a target. */
function appWith(...rules: readonly RuleProps[]) {
  return cirrusApp({
    context: WITHOUT_BUNDLES,
    extend: (stack) => {
      const failed = new Queue(stack, 'TargetFailed', { enforceSSL: true });
      const deadLetterQueue = { queue: failed, maxReceiveCount: 5 };
      const queue = new Queue(stack, 'Target', { enforceSSL: true, deadLetterQueue });
      for (const [at, props] of rules.entries()) {
        new CirrusEventRule(stack, `Rule${at}`, { cirrus: stack.cirrus, targets: [new SqsQueue(queue)], ...props });
      }
    },
  });
}

function templateWith(...rules: readonly RuleProps[]): Template {
  const stack = appWith(...rules).node.findChild(STACK_NAME);
  if (!(stack instanceof CirrusStack)) throw new Error('the app has no Cirrus stack');
  return Template.fromStack(stack);
}

describe('the event bus', () => {
  it('is named like everything else, and only who flushes messages may put events', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'cirrus' });
    const putters = Object.entries(resourcesOf(template, 'AWS::IAM::Policy'))
      .filter(([, policy]) => JSON.stringify(policy).includes('events:PutEvents'))
      .map(([id]) => id.replace(/RoleDefaultPolicy.*/, ''));
    expect(putters.sort()).toEqual([
      'CirrusAvailability',
      'CirrusHttpApiRest',
      'CirrusIngestionIngest',
      'CirrusLifecycle',
    ]);
  });

  it('has nothing to switch while nobody declares a rule', () => {
    templateOf().resourceCountIs('Custom::CirrusEventRule', 0);
    const names = Object.values(resourcesOf(templateOf(), 'AWS::Lambda::Function')).map((fn) => fn.Properties);
    expect(JSON.stringify(names)).not.toContain('cirrus-event-rule');
  });
});

describe('an event rule', () => {
  it('is for one tenant', () => {
    templateWith({ tenant: 't1' }).hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.objectLike({ Ref: Match.stringLikeRegexp('EventBus') }),
      EventPattern: { source: ['cirrus'], 'detail-type': ['Cirrus Changes'], detail: { tenant: ['t1'] } },
      State: 'ENABLED',
    });
  });

  it('narrows by kind, mode, source and what changed', () => {
    const change = { action: ['CREATE'], object: { severity: ['CRITICAL'] } };
    const template = templateWith({ tenant: 't1', apis: ['alarms'], modes: ['TRANSIENT'], sources: ['7'], change });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        detail: { tenant: ['t1'], mode: ['TRANSIENT'], source: ['7'], changes: { ...change, api: ['alarms'] } },
      },
    });
  });

  it('tells the platform of its tenant once it is there', () => {
    const template = templateWith({ tenant: 't1' }, { tenant: 't2' });
    const rules = Object.entries(resourcesOf(template, 'AWS::Events::Rule')).filter(([id]) => /^Rule\d/.test(id));
    expect(rules).toHaveLength(2);
    for (const [at, [ruleId]] of rules.entries()) {
      template.hasResource('Custom::CirrusEventRule', {
        Properties: { Tenant: `t${at + 1}`, Rule: { 'Fn::GetAtt': [ruleId, 'Arn'] } },
        DependsOn: Match.arrayWith([ruleId]),
      });
    }
    const switches = Object.values(resourcesOf(template, 'AWS::Lambda::Function')).filter(
      ({ Properties = {} }) => Properties.FunctionName === 'cirrus-event-rule',
    );
    expect(switches).toHaveLength(1);
  });

  it('lets its function change the registry and nothing else', () => {
    const template = templateWith({ tenant: 't1' });
    const policies = Object.entries(resourcesOf(template, 'AWS::IAM::Policy'));
    const [, policy] = policies.find(([id]) => id.startsWith('CirrusEventBusRuleSwitch')) ?? [];
    expect(JSON.stringify(policy).match(/"(dynamodb|events|ssm|sqs):\w+"/g)).toEqual(['"dynamodb:UpdateItem"']);
  });

  it('passes cdk-nag and adds nothing to the idle price', () => {
    const app = appWith({ tenant: 't1' });
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName, violatingResources }) => ({ ruleName, violatingResources }))).toEqual([]);
    const idle = (template: Template) => idlePrice(resourcesOf(template)).total;
    expect(idle(templateWith({ tenant: 't1' }))).toBe(idle(templateWith()));
  });
});
