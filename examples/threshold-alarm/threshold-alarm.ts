import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Cirrus } from '../../cdk/cirrus';
import { CirrusEventRule } from '../../cdk/event-rule';

/** What to watch, and how to reach the REST API. */
export interface ThresholdAlarmProps {
  readonly cirrus: Cirrus;
  /** Tenant whose measurements are watched. */
  readonly tenant: string;
  /** Fragment of the measurements to watch. */
  readonly fragment: string;
  /** Series within the fragment. */
  readonly series: string;
  /** The highest value that raises no alarm. */
  readonly limit: number;
  /**
   * How many readings in a row must be above the limit.
   * @default 3
   */
  readonly readings?: number;
  /**
   * Name of the SecureString parameter with the connection to the REST API: `{"url": "https://…", "user":
   * "<tenant>/<name>", "password": "…"}`. The operator writes it once.
   */
  readonly connectionParameter: string;
}

/** Raises an alarm when several readings in a row exceed a limit, and clears it when a reading no longer does. */
export class ThresholdAlarm extends Construct {
  constructor(scope: Construct, id: string, props: ThresholdAlarmProps) {
    super(scope, id);
    const table = new Table(this, 'Memory', {
      partitionKey: { name: 'source', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const detect = new NodejsFunction(this, 'Detect', {
      entry: fileURLToPath(new URL('./function.ts', import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(20),
      memorySize: 256,
      bundling: { format: OutputFormat.ESM, mainFields: ['module', 'main'], bundleAwsSDK: true, minify: true },
      environment: {
        TABLE: table.tableName,
        CONNECTION_PARAMETER: props.connectionParameter,
        FRAGMENT: props.fragment,
        SERIES: props.series,
        LIMIT: String(props.limit),
        READINGS: String(props.readings ?? 3),
      },
    });
    table.grant(detect, 'dynamodb:GetItem', 'dynamodb:PutItem');
    StringParameter.fromSecureStringParameterAttributes(this, 'Connection', {
      parameterName: props.connectionParameter,
    }).grantRead(detect);
    new CirrusEventRule(this, 'Readings', {
      cirrus: props.cirrus,
      tenant: props.tenant,
      apis: ['measurements'],
      targets: [new LambdaFunction(detect)],
    });
  }
}
