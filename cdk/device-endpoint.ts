import { Duration, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnAuthorizer, CfnDomainConfiguration } from 'aws-cdk-lib/aws-iot';
import { Construct } from 'constructs';
import { CirrusFunction, type FunctionSettings } from './function';
import { HostNames } from './host-names';
import { allowEndOfConnections } from './messenger';
import type { Secrets } from './secrets';
import type { Tables } from './tables';

/** Own host names: `mqtt.<name>` and `ws.<name>`. */
export interface DeviceDomain {
  /** Such as `iot.example.com`. */
  readonly name: string;
  /** An ACM certificate of the stack's Region, valid for both hosts (`*.<name>` is). */
  readonly certificateArn: string;
}

export interface DeviceEndpointProps {
  readonly settings: FunctionSettings;
  readonly tables: Tables;
  readonly secrets: Secrets;
  /** Left out: AWS chooses the host names. */
  readonly domain?: DeviceDomain;
}

type Protocol = 'SECURE_MQTT' | 'MQTT_WSS';

/**
 * Where devices connect with user name and password. There is one host per protocol, because a domain configuration has
 * one protocol. Only a configuration of this kind takes passwords on 8883 without ALPN
 * (docs/reference/aws-platform.md#authentication-and-protocol-of-an-endpoint).
 */
export class DeviceEndpoint extends Construct {
  readonly function: CirrusFunction;
  /** Host for MQTT over TLS. */
  readonly mqttHost: string;
  /** Host for MQTT over WebSocket. */
  readonly webSocketHost: string;
  /** The account's default endpoint. Own host names must be a CNAME of it. Absent when AWS chose the names. */
  readonly cnameTarget?: string;

  constructor(scope: Construct, id: string, props: DeviceEndpointProps) {
    super(scope, id);
    this.function = this.makeFunction(props);
    const authorizer = this.makeAuthorizer();
    const mqtt = this.makeDomain('Mqtt', 'cirrus-mqtt', 'SECURE_MQTT', authorizer, props.domain, 'mqtt');
    const webSocket = this.makeDomain('WebSocket', 'cirrus-websocket', 'MQTT_WSS', authorizer, props.domain, 'ws');
    const hosts = new HostNames(this, 'HostNames', { settings: props.settings });
    this.mqttHost = hosts.ofDomainConfiguration('MqttHost', mqtt);
    this.webSocketHost = hosts.ofDomainConfiguration('WebSocketHost', webSocket);
    if (props.domain) this.cnameTarget = hosts.ofAccount('AccountHost');
  }

  private makeFunction({ settings, tables, secrets }: DeviceEndpointProps): CirrusFunction {
    const { partition, region, account } = Stack.of(this);
    const made = new CirrusFunction(this, 'Authorize', {
      settings,
      name: 'authorize',
      description: 'Cirrus: checks who connects and says what they may do',
      memory: 256,
      // the broker waits no longer (docs/reference/aws-platform.md#time-limit-of-the-authorizer)
      timeout: Duration.seconds(5),
      environment: {
        REGISTRY_TABLE: tables.registry.tableName,
        HASH_KEY_PARAMETER: secrets.hashKeyParameter,
        POLICY_ARN_PREFIX: `arn:${partition}:iot:${region}:${account}:`,
      },
    });
    tables.allowRegistry(made, ['GetItem', 'PutItem', 'UpdateItem']);
    secrets.allowHashKey(made);
    // a person's connection ends when a device user takes its identifier
    allowEndOfConnections(made, 'aws');
    return made;
  }

  /** Without signing, because a device has a password and nothing else. This setting cannot be changed later. */
  private makeAuthorizer(): CfnAuthorizer {
    const authorizer = new CfnAuthorizer(this, 'Authorizer', {
      authorizerName: 'cirrus',
      authorizerFunctionArn: this.function.lambda.functionArn,
      signingDisabled: true,
      enableCachingForHttp: false,
      status: 'ACTIVE',
    });
    this.function.lambda.addPermission('Invocation', {
      scope: this,
      principal: new ServicePrincipal('iot.amazonaws.com'),
      sourceArn: authorizer.attrArn,
      sourceAccount: Stack.of(this).account,
    });
    return authorizer;
  }

  private makeDomain(
    id: string,
    name: string,
    protocol: Protocol,
    authorizer: CfnAuthorizer,
    domain: DeviceDomain | undefined,
    host: string,
  ): CfnDomainConfiguration {
    return new CfnDomainConfiguration(this, id, {
      domainConfigurationName: name,
      serviceType: 'DATA',
      authenticationType: 'CUSTOM_AUTH',
      applicationProtocol: protocol,
      // with an override, a client could choose another authorizer of the account
      authorizerConfig: { defaultAuthorizerName: authorizer.ref, allowAuthorizerOverride: false },
      domainConfigurationStatus: 'ENABLED',
      ...(domain && { domainName: `${host}.${domain.name}`, serverCertificateArns: [domain.certificateArn] }),
    });
  }
}
