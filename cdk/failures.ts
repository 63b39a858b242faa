import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CirrusFunction } from './function';

export interface FailuresProps {
  /** Whether the queue and its messages are kept when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/** The queue of messages that a rule or a function could not handle. `npm run redrive` sends them again. */
export class Failures extends Construct {
  readonly queue: Queue;
  private readonly rulesRole: Role;

  constructor(scope: Construct, id: string, props: FailuresProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: props.removalPolicy,
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This queue is where the others and the rules drop what failed; an alarm watches it.',
    });
    this.rulesRole = new Role(this, 'RulesRole', {
      assumedBy: new ServicePrincipal('iot.amazonaws.com'),
      description: 'Cirrus: lets IoT rules keep what they could not hand over',
    });
    this.queue.grantSendMessages(this.rulesRole);
  }

  /**
   * The error action of a rule. It runs when the rule cannot invoke its function, not when the function fails
   * (docs/reference/aws-platform.md#what-an-error-action-does-not-see).
   */
  ruleErrorAction(): CfnTopicRule.ActionProperty {
    return { sqs: { queueUrl: this.queue.queueUrl, roleArn: this.rulesRole.roleArn, useBase64: false } };
  }

  /** Keeps the events that an asynchronous function has failed on three times. */
  catchFrom(from: CirrusFunction): void {
    from.lambda.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SqsDestination(this.queue) });
  }
}
