import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnLogging } from 'aws-cdk-lib/aws-iot';
import { Construct } from 'constructs';

/** AWS IoT's levels, from silent to expensive. */
export type BrokerLogLevel = 'DISABLED' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG';

export interface BrokerLogsProps {
  readonly level: Exclude<BrokerLogLevel, 'DISABLED'>;
}

/**
 * Turns on the broker's own log (group `AWSIotLogsV2`), the only place where refused connections and publishes are
 * seen.
 */
export class BrokerLogs extends Construct {
  constructor(scope: Construct, id: string, props: BrokerLogsProps) {
    super(scope, id);
    const { partition, region, account } = Stack.of(this);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('iot.amazonaws.com'),
      description: 'Cirrus: lets AWS IoT write its log',
    });
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [`arn:${partition}:logs:${region}:${account}:log-group:AWSIotLogsV2:*`],
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:AWSIotLogsV2:*]',
      reason: 'The streams of this one group; AWS IoT names them.',
    });
    const logging = new CfnLogging(this, 'Logging', {
      accountId: account,
      roleArn: role.roleArn,
      defaultLogLevel: props.level,
    });
    logging.node.addDependency(role);
  }
}
