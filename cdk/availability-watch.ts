import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DUE_INDEX } from '../lib/storage/keys';
import type { Failures } from './failures';
import { CirrusFunction, type FunctionSettings } from './function';
import type { Tables } from './tables';

/** How often silent devices are looked for. Their alarm may come some minutes late. */
const EVERY = Duration.minutes(5);

export interface AvailabilityWatchProps {
  readonly settings: FunctionSettings;
  readonly tables: Tables;
  readonly failures: Failures;
}

/**
 * The function that raises `c8y_UnavailabilityAlarm`, run by a schedule. A run in which no device is due costs one
 * short invocation and half a read unit per tenant: less than a cent a month (docs/deployment.md#what-is-deployed).
 */
export class AvailabilityWatch extends Construct {
  readonly function: CirrusFunction;

  constructor(scope: Construct, id: string, props: AvailabilityWatchProps) {
    super(scope, id);
    const { settings, tables } = props;
    this.function = new CirrusFunction(this, 'Availability', {
      settings,
      name: 'availability',
      description: 'Cirrus: raises the alarm of devices that have been silent for too long',
      memory: 128,
      timeout: Duration.minutes(5),
      environment: { REGISTRY_TABLE: tables.registry.tableName },
    });
    tables.allowRegistry(this.function, ['GetItem', 'Query', 'PutItem', 'UpdateItem'], [DUE_INDEX]);
    props.failures.catchFrom(this.function);
    const { lambda } = this.function;
    const schedule = new Rule(this, 'Schedule', {
      description: 'Cirrus: when to look for silent devices',
      schedule: Schedule.rate(EVERY),
      targets: [{ bind: () => ({ arn: lambda.functionArn }) }],
    });
    lambda.addPermission('Schedule', {
      principal: new ServicePrincipal('events.amazonaws.com'),
      sourceArn: schedule.ruleArn,
      sourceAccount: Stack.of(this).account,
    });
  }
}
