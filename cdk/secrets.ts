import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CirrusFunction, type FunctionSettings } from './function';

export interface SecretsProps {
  readonly settings: FunctionSettings;
  /** As for the tables: the digests in a kept table are useless without the key. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * SSM SecureString parameters, generated once inside the account: CloudFormation cannot create those, and Secrets
 * Manager would cost while idle.
 */
export class Secrets extends Construct {
  /** Name of the parameter with the key that verified credentials are remembered under. */
  readonly hashKeyParameter: string;
  private readonly hashKeyArn: string;

  constructor(scope: Construct, id: string, props: SecretsProps) {
    super(scope, id);
    const name = `/${props.settings.namePrefix}/hash-key`;
    this.hashKeyArn = Stack.of(this).formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.slice(1) });
    const generator = new CirrusFunction(this, 'Generator', {
      settings: props.settings,
      name: 'secrets',
      description: 'Cirrus: generates secrets once, while the stack is deployed',
      memory: 128,
      timeout: Duration.seconds(30),
    });
    generator.allow(['ssm:PutParameter', 'ssm:DeleteParameter'], [this.hashKeyArn]);
    const hashKey = new CustomResource(this, 'HashKey', {
      resourceType: 'Custom::CirrusSecret',
      serviceToken: generator.lambda.functionArn,
      properties: { Name: name, Keep: String(props.removalPolicy === RemovalPolicy.RETAIN) },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // the reference, not the name: whoever uses the parameter is created after it
    this.hashKeyParameter = hashKey.ref;
  }

  /** Lets a function read the hash key. AWS's own key for SSM decrypts for whoever may read the parameter. */
  allowHashKey(to: CirrusFunction): void {
    to.allow(['ssm:GetParameter'], [this.hashKeyArn]);
  }
}
