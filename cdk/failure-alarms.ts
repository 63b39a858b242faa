import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CirrusFunction } from './function';

export interface FailureAlarmsProps {
  readonly namePrefix: string;
  /** Queues that should stay empty. */
  readonly failureQueues: Readonly<Record<string, Queue>>;
  /** Functions that should not fail. */
  readonly functions: Readonly<Record<string, CirrusFunction>>;
  /** The SNS topic that alarms are sent to. When it is left out, alarms are only seen in CloudWatch. */
  readonly topic?: ITopic;
}

/** One alarm for each queue and function. There are ten at most, because ten alarms of an account are free. */
export class FailureAlarms extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: FailureAlarmsProps,
  ) {
    super(scope, id);
    const period = Duration.minutes(5);
    for (const [name, queue] of Object.entries(props.failureQueues)) {
      const waiting = queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' });
      this.watch(`${name}NotEmpty`, waiting, `Messages wait in the queue ${name}: see "redrive" in docs/deployment.md`);
    }
    for (const [name, watched] of Object.entries(props.functions)) {
      this.watch(`${name}Errors`, watched.lambda.metricErrors({ period }), `The function ${name} failed: see its log`);
    }
  }

  private watch(name: string, metric: IMetric, description: string): void {
    const alarm = new Alarm(this, name, {
      alarmName: `${this.props.namePrefix}-${name}`,
      alarmDescription: description,
      metric,
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (this.props.topic) alarm.addAlarmAction(new SnsAction(this.props.topic));
  }
}
