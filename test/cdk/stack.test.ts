import { RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type Properties, resourcesOf, templateOf, templateWith } from './synthesized';

const template = templateOf();
const idOf = (type: string, start: string): string => {
  const found = Object.keys(resourcesOf(template, type)).filter((id) => id.startsWith(start));
  expect(found, `${type} ${start}…`).toHaveLength(1);
  return String(found[0]);
};
const propertiesOf = (type: string): readonly Properties[] =>
  Object.values(resourcesOf(template, type)).map((resource) => resource.Properties ?? {});

describe('what holds data', () => {
  it('keeps its logical ids: another one would be another, empty table', () => {
    const stateful = ['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'Custom::CirrusSecret', 'AWS::ApiGatewayV2::Api'];
    expect(stateful.flatMap((type) => Object.keys(resourcesOf(template, type)))).toEqual([
      'CirrusTablesRegistryF79ED72D',
      'CirrusTablesTelemetry685F9A0D',
      'CirrusFailuresQueue17FBE52E',
      'CirrusDeliveryQueueFailed54AD9FFA',
      'CirrusDeliveryQueueRequests33C8AE69',
      'CirrusSecretsHashKey75B86CB2',
      'CirrusRealtimeApi446FC49A',
      'CirrusHttpApi0023E4E4',
    ]);
  });

  it('has no fixed physical name', () => {
    for (const table of propertiesOf('AWS::DynamoDB::Table')) expect(table).not.toHaveProperty('TableName');
    for (const queue of propertiesOf('AWS::SQS::Queue')) expect(queue).not.toHaveProperty('QueueName');
  });

  it('outlives the stack and is protected, unless somebody says otherwise', () => {
    const tables = resourcesOf(template, 'AWS::DynamoDB::Table');
    for (const table of Object.values(tables)) {
      expect(table).toMatchObject({ DeletionPolicy: 'Retain', Properties: { DeletionProtectionEnabled: true } });
    }
    template.hasResourceProperties('Custom::CirrusSecret', { Keep: 'true' });
    const other = templateWith({ removalPolicy: RemovalPolicy.DESTROY });
    other.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
    other.hasResourceProperties('Custom::CirrusSecret', { Keep: 'false' });
  });

  it('has the keys and indexes of the data model', () => {
    const keys = {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    };
    template.allResourcesProperties('AWS::DynamoDB::Table', { ...keys, BillingMode: 'PAY_PER_REQUEST' });
    const index = (name: string, hash: string, range: string) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: hash, KeyType: 'HASH' },
        { AttributeName: range, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    });
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      GlobalSecondaryIndexes: [index('list', 'listPk', 'listSk'), index('due', 'duePk', 'dueAt')],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
    });
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      GlobalSecondaryIndexes: Match.absent(),
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });
});

const SELECT =
  "SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS clientId, timestamp() AS receivedAt, " +
  "traceid() AS messageId, get_mqtt_property('response_topic') AS responseTopic, " +
  "get_mqtt_property('correlation_data') AS correlationData";

describe('rules', () => {
  it.each([
    ['cirrus_uplink_static', `${SELECT} FROM '+/us' WHERE topic(1) IN ['s','t','q','c']`, 'Ingest'],
    ['cirrus_uplink_static_child', `${SELECT} FROM '+/us/#' WHERE topic(1) IN ['s','t','q','c']`, 'Ingest'],
    ['cirrus_lifecycle_connected', "SELECT * FROM '$aws/events/presence/connected/+'", 'Lifecycle'],
    ['cirrus_lifecycle_disconnected', "SELECT * FROM '$aws/events/presence/disconnected/+'", 'Lifecycle'],
    ['cirrus_lifecycle_subscribed', "SELECT * FROM '$aws/events/subscriptions/subscribed/+'", 'Lifecycle'],
    ['cirrus_lifecycle_unsubscribed', "SELECT * FROM '$aws/events/subscriptions/unsubscribed/+'", 'Lifecycle'],
  ])('%s', (RuleName, Sql, fn) => {
    const functionId = fn === 'Ingest' ? 'CirrusIngestionIngestFunction' : 'CirrusLifecycleFunction';
    template.hasResourceProperties('AWS::IoT::TopicRule', {
      RuleName,
      TopicRulePayload: {
        Sql,
        AwsIotSqlVersion: '2016-03-23',
        RuleDisabled: false,
        Actions: [{ Lambda: { FunctionArn: { 'Fn::GetAtt': [idOf('AWS::Lambda::Function', functionId), 'Arn'] } } }],
        ErrorAction: { Sqs: { QueueUrl: { Ref: idOf('AWS::SQS::Queue', 'CirrusFailuresQueue') }, UseBase64: false } },
      },
    });
  });

  it('are these and no others, with names AWS accepts', () => {
    template.resourceCountIs('AWS::IoT::TopicRule', 6);
    for (const rule of propertiesOf('AWS::IoT::TopicRule')) expect(rule.RuleName).toMatch(/^[A-Za-z0-9_]{1,128}$/);
  });

  it('lose nothing: a function that fails is tried again, then its event is kept', () => {
    const OnFailure = { Destination: { 'Fn::GetAtt': [idOf('AWS::SQS::Queue', 'CirrusFailuresQueue'), 'Arn'] } };
    template.resourcePropertiesCountIs(
      'AWS::Lambda::EventInvokeConfig',
      { MaximumRetryAttempts: 2, DestinationConfig: { OnFailure } },
      3,
    );
  });

  it('keep their names whatever the prefix: a second deployment in the account must fail', () => {
    const other = templateWith({ namePrefix: 'second' });
    other.hasResourceProperties('AWS::IoT::TopicRule', { RuleName: 'cirrus_uplink_static' });
    other.hasResourceProperties('AWS::IoT::Authorizer', { AuthorizerName: 'cirrus' });
    other.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'second-ingest' });
  });
});

describe('the device endpoint', () => {
  it('takes passwords, unsigned, without a choice of the authorizer', () => {
    template.hasResourceProperties('AWS::IoT::Authorizer', {
      SigningDisabled: true,
      Status: 'ACTIVE',
      EnableCachingForHttp: false,
    });
    for (const ApplicationProtocol of ['SECURE_MQTT', 'MQTT_WSS']) {
      template.hasResourceProperties('AWS::IoT::DomainConfiguration', {
        ApplicationProtocol,
        AuthenticationType: 'CUSTOM_AUTH',
        ServiceType: 'DATA',
        DomainConfigurationStatus: 'ENABLED',
        AuthorizerConfig: {
          AllowAuthorizerOverride: false,
          DefaultAuthorizerName: { Ref: idOf('AWS::IoT::Authorizer', '') },
        },
        DomainName: Match.absent(),
      });
    }
    template.resourceCountIs('AWS::IoT::DomainConfiguration', 2);
  });

  it('has one host per protocol under an own domain', () => {
    const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1';
    const own = templateWith({ domain: { name: 'iot.example.com', certificateArn } });
    for (const [ApplicationProtocol, host] of [
      ['SECURE_MQTT', 'mqtt'],
      ['MQTT_WSS', 'ws'],
    ]) {
      own.hasResourceProperties('AWS::IoT::DomainConfiguration', {
        ApplicationProtocol,
        DomainName: `${host}.iot.example.com`,
        ServerCertificateArns: [certificateArn],
      });
    }
    own.hasOutput('CnameTarget', {});
  });

  it('is left out for an emulator', () => {
    const emulator = templateOf({ target: 'emulator' });
    for (const type of ['AWS::IoT::Authorizer', 'AWS::IoT::DomainConfiguration', 'AWS::IoT::Logging']) {
      emulator.resourceCountIs(type, 0);
    }
    const functions = Object.values(resourcesOf(emulator, 'AWS::Lambda::Function')).map((fn) => fn.Properties ?? {});
    const told = functions.filter((fn) => JSON.stringify(fn.Environment).includes('"TARGET":"emulator"'));
    expect(told.map((fn) => fn.FunctionName)).toEqual(['cirrus-ingest', 'cirrus-deliver', 'cirrus-api']);
    expect(JSON.stringify(emulator.toJSON())).not.toContain('SendDirectMessage');
  });
});

/** Of functions that tell who listens of changes. */
const CHANGES = ['EVENT_BUS_NAME', 'FANOUT_FUNCTION'];

describe('functions', () => {
  it.each([
    ['authorize', 256, 5, ['HASH_KEY_PARAMETER', 'POLICY_ARN_PREFIX', 'REGISTRY_TABLE']],
    ['ingest', 256, 15, [...CHANGES, 'PAYLOAD_LIMIT', 'REGISTRY_TABLE', 'TELEMETRY_TABLE']],
    ['lifecycle', 128, 15, [...CHANGES, 'DELIVERY_QUEUE_URL', 'REGISTRY_TABLE']],
    ['deliver', 256, 60, ['DELIVERY_QUEUE_URL', 'REGISTRY_TABLE']],
    ['api', 512, 29, [...CHANGES, 'DELIVERY_QUEUE_URL', 'HASH_KEY_PARAMETER', 'REGISTRY_TABLE', 'TELEMETRY_TABLE']],
    ['realtime', 256, 29, ['HASH_KEY_PARAMETER', 'REGISTRY_TABLE', 'WEBSOCKET_ENDPOINT']],
    ['fanout', 256, 30, ['REGISTRY_TABLE', 'WEBSOCKET_ENDPOINT']],
    ['availability', 128, 300, [...CHANGES, 'REGISTRY_TABLE']],
    ['secrets', 128, 30, []],
    ['endpoint', 128, 30, []],
  ])('%s: %i MB, %i s', (name, MemorySize, Timeout, environment) => {
    const [fn] = propertiesOf('AWS::Lambda::Function').filter((each) => each.FunctionName === `cirrus-${name}`);
    expect(fn).toMatchObject({
      MemorySize,
      Timeout,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
    });
    expect(fn).not.toHaveProperty('ReservedConcurrentExecutions');
    const given = (fn?.Environment ?? {}) as { Variables?: Properties };
    expect(Object.keys(given.Variables ?? {}).sort()).toEqual(
      [...environment, 'LOG_LEVEL', 'POWERTOOLS_SERVICE_NAME'].sort(),
    );
  });

  it('are these and no others', () => {
    template.resourceCountIs('AWS::Lambda::Function', 10);
  });

  it('forget their logs after a month', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('get the payload limit of the context', () => {
    templateOf({ payloadLimit: '8092' }).hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'cirrus-ingest',
      Environment: { Variables: { PAYLOAD_LIMIT: '8092' } },
    });
  });
});

describe('delivery', () => {
  it('is first in, first out, with a second queue for what keeps failing', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      ContentBasedDeduplication: false,
      VisibilityTimeout: 360,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [idOf('AWS::SQS::Queue', 'CirrusDeliveryQueueFailed'), 'Arn'] },
        maxReceiveCount: 5,
      },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [idOf('AWS::SQS::Queue', 'CirrusDeliveryQueueRequests'), 'Arn'] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('the REST API', () => {
  it('sends everything to one function and logs every request', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      AccessLogSettings: { Format: Match.stringLikeRegexp('requestId') },
      DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 500 },
    });
  });
});

describe('the stack', () => {
  it('tells its users where everything is', () => {
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
      'ApiUrl',
      'DeliveryFailedQueueUrl',
      'EventBusName',
      'FailureQueueUrl',
      'MqttHost',
      'RegistryTable',
      'TelemetryTable',
      'WebSocketHost',
    ]);
  });

  it('puts tags and the permissions boundary on everything that takes them', () => {
    const tagged = templateWith({ tags: { team: 'field' } });
    tagged.allResourcesProperties('AWS::DynamoDB::Table', { Tags: Match.arrayWith([{ Key: 'team', Value: 'field' }]) });
    tagged.allResourcesProperties('AWS::IAM::Role', { Tags: Match.arrayWith([{ Key: 'team', Value: 'field' }]) });
  });

  it('alarms on both kinds of failure queue and on every function devices and users need', () => {
    const names = propertiesOf('AWS::CloudWatch::Alarm').map((alarm) => alarm.AlarmName);
    expect(names).toEqual([
      'cirrus-FailuresNotEmpty',
      'cirrus-DeliveryFailedNotEmpty',
      'cirrus-IngestErrors',
      'cirrus-LifecycleErrors',
      'cirrus-DeliverErrors',
      'cirrus-AvailabilityErrors',
      'cirrus-ApiErrors',
      'cirrus-RealtimeErrors',
      'cirrus-FanOutErrors',
      'cirrus-AuthorizeErrors',
    ]);
  });
});
