import { type Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ApplicationLogLevel, Architecture, LoggingFormat, Runtime, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundledCode } from './bundle';

/** What all functions of a deployment share. */
export interface FunctionSettings {
  /** The beginning of every function's name. */
  readonly namePrefix: string;
  /** How long log lines are kept. */
  readonly logRetention: RetentionDays;
  /** What happens to the log groups when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

export interface CirrusFunctionProps {
  readonly settings: FunctionSettings;
  /** File name in `functions/` without extension; also the end of the function's name. */
  readonly name: string;
  readonly description: string;
  /** MB. Processor time is in proportion to it. */
  readonly memory: number;
  readonly timeout: Duration;
  /** Environment variables beside those of every function. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * A Lambda function of the deployment, with its bundle, a log group with limited retention, and a role of its own. The
 * role may write to this log group. Everything else it may do comes from `allow`.
 */
export class CirrusFunction extends Construct {
  readonly lambda: NodejsFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: CirrusFunctionProps) {
    super(scope, id);
    const { settings, name } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetention,
      removalPolicy: settings.removalPolicy,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Cirrus: what the ${name} function may do`,
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    this.lambda = new NodejsFunction(this, 'Function', {
      functionName: `${settings.namePrefix}-${name}`,
      description: props.description,
      code: bundledCode(name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: props.timeout,
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // START, END and REPORT of every invocation would cost as much as the invocation
      // (docs/reference/aws-platform.md#log-lines-of-each-invocation)
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      awsSdkConnectionReuse: false,
      environment: { POWERTOOLS_SERVICE_NAME: `cirrus-${name}`, LOG_LEVEL: 'INFO', ...props.environment },
    });
  }

  /** Adds actions on resources to the function's role. */
  allow(actions: readonly string[], resources: readonly string[], conditions?: Conditions): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resources], ...(conditions && { conditions }) }),
    );
  }
}

/** Tells cdk-nag why one wildcard in a function's role is necessary. Any other wildcard still fails the check. */
export function acknowledgeWildcard(of: CirrusFunction, resource: string, reason: string): void {
  const { partition, region, account } = Stack.of(of);
  const finding = resource
    .replace(partition, '<AWS::Partition>')
    .replace(region, '<AWS::Region>')
    .replace(account, '<AWS::AccountId>');
  Validations.of(of.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
}
