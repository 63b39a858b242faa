import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { CfnDomainConfiguration } from 'aws-cdk-lib/aws-iot';
import { Construct } from 'constructs';
import { acknowledgeWildcard, CirrusFunction, type FunctionSettings } from './function';

export interface HostNamesProps {
  readonly settings: FunctionSettings;
}

/** Asks AWS for the host names it has chosen, because CloudFormation has no attribute for them. */
export class HostNames extends Construct {
  private readonly function: CirrusFunction;

  constructor(scope: Construct, id: string, props: HostNamesProps) {
    super(scope, id);
    this.function = new CirrusFunction(this, 'Lookup', {
      settings: props.settings,
      name: 'endpoint',
      description: 'Cirrus: looks up the host names of the device endpoint, while the stack is deployed',
      memory: 128,
      timeout: Duration.seconds(30),
    });
  }

  /** The host devices connect to under a domain configuration. */
  ofDomainConfiguration(id: string, configuration: CfnDomainConfiguration): string {
    this.function.allow(['iot:DescribeDomainConfiguration'], [configuration.attrArn]);
    return this.lookUp(id, { DomainConfigurationName: configuration.ref });
  }

  /** The account's own data endpoint, with Amazon's certificate. */
  ofAccount(id: string): string {
    this.function.allow(['iot:DescribeEndpoint'], ['*']);
    acknowledgeWildcard(this.function, '*', 'DescribeEndpoint knows no resources; it only reads a host name.');
    return this.lookUp(id, { EndpointType: 'iot:Data-ATS' });
  }

  private lookUp(id: string, properties: Record<string, string>): string {
    const found = new CustomResource(this, id, {
      resourceType: 'Custom::CirrusHostName',
      serviceToken: this.function.lambda.functionArn,
      properties,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return found.getAttString('HostName');
  }
}
