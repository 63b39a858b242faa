import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TemplateResource } from '../../src/template/template';
import { startCloud, type TestCloud } from '../support/cloud';
import { allow, attribute, lambda, queue, ref, role } from '../support/templates';

const AUTHORIZER = `
  export const handler = async (event: any) => {
    const { username, password } = event.protocolData.mqtt;
    const Statement = { Effect: 'Allow', Action: 'iot:*', Resource: '*' };
    return {
      isAuthenticated: Buffer.from(password, 'base64').toString() === 'right',
      principalId: username,
      disconnectAfterInSeconds: 86400,
      refreshAfterInSeconds: 86400,
      policyDocuments: [{ Version: '2012-10-17', Statement: [Statement] }],
    };
  };`;
/** Answers each message to its sender. */
const UPLINK = `
  import { IoTDataPlaneClient, SendDirectMessageCommand } from '@aws-sdk/client-iot-data-plane';
  const client = new IoTDataPlaneClient({ maxAttempts: 1 });
  export const handler = async (event: any) => {
    const payload = Buffer.from('echo ' + Buffer.from(event.payload, 'base64').toString());
    await client.send(new SendDirectMessageCommand({ clientId: event.clientId, topic: event.to ?? 's/ds', payload, confirmation: true }));
  };`;

const permission = (functionId: string, source: string): TemplateResource => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: ref(functionId),
    Principal: 'iot.amazonaws.com',
    SourceArn: attribute(source, 'Arn'),
    SourceAccount: ref('AWS::AccountId'),
  },
});
const rule = (filter: string, functionId: string): TemplateResource => ({
  Type: 'AWS::IoT::TopicRule',
  Properties: {
    TopicRulePayload: {
      Sql: `SELECT encode(*, 'base64') AS payload, clientid() AS clientId FROM '${filter}'`,
      AwsIotSqlVersion: '2016-03-23',
      Actions: [{ Lambda: { FunctionArn: attribute(functionId, 'Arn') } }],
      ErrorAction: { Sqs: { QueueUrl: ref('Failures'), RoleArn: attribute('RulesRole', 'Arn'), UseBase64: false } },
    },
  },
});

describe('IoT Core wired to the other services', () => {
  let test: TestCloud;
  let device: MqttClient;

  beforeAll(async () => {
    test = await startCloud(
      {
        PlainRole: role(),
        Authorize: lambda('authorize', 'PlainRole'),
        Authorizer: {
          Type: 'AWS::IoT::Authorizer',
          Properties: { AuthorizerFunctionArn: attribute('Authorize', 'Arn'), SigningDisabled: true, Status: 'ACTIVE' },
        },
        AuthorizerPermission: permission('Authorize', 'Authorizer'),
        Domain: {
          Type: 'AWS::IoT::DomainConfiguration',
          Properties: {
            AuthenticationType: 'CUSTOM_AUTH',
            ApplicationProtocol: 'SECURE_MQTT',
            AuthorizerConfig: { DefaultAuthorizerName: ref('Authorizer'), AllowAuthorizerOverride: false },
          },
        },
        UplinkRole: role(
          allow('iot:SendDirectMessage', 'arn:aws:iot:us-east-1:000000000000:client/*', {
            StringLike: { 'iot:Topic': ['s/ds'] },
          }),
          allow('sqs:SendMessage', attribute('Failures', 'Arn')),
        ),
        Uplink: lambda('uplink', 'UplinkRole', { Timeout: 10 }),
        UplinkConfig: {
          Type: 'AWS::Lambda::EventInvokeConfig',
          Properties: {
            FunctionName: ref('Uplink'),
            Qualifier: '$LATEST',
            MaximumRetryAttempts: 0,
            DestinationConfig: { OnFailure: { Destination: attribute('Failures', 'Arn') } },
          },
        },
        Failures: queue(),
        RulesRole: role(allow('sqs:SendMessage', attribute('Failures', 'Arn'))),
        Rule: rule('s/us', 'Uplink'),
        RulePermission: permission('Uplink', 'Rule'),
        Unpermitted: rule('s/other', 'Uplink'),
      },
      { authorize: AUTHORIZER, uplink: UPLINK },
      { iot: { ruleRetryDelays: [1] } },
    );
    device = await connect('right');
  });
  afterAll(async () => {
    await device.endAsync();
    await test.close();
  });

  const connect = (password: string): Promise<MqttClient> =>
    connectAsync(`mqtt://127.0.0.1:${test.cloud.ports.mqtt}`, {
      clientId: 'd1',
      username: 'user1',
      password,
      protocolVersion: 4,
      reconnectPeriod: 0,
    });

  it('a message goes through rule and function back to exactly its sender', async () => {
    const received: string[] = [];
    device.on('message', (topic, payload) => received.push(`${topic} ${payload.toString()}`));
    await device.subscribeAsync('s/ds');
    await device.publishAsync('s/us', 'hello', { qos: 1 });
    await vi.waitFor(() => expect(received).toEqual(['s/ds echo hello']), { timeout: 5000 });
    await test.cloud.idle();
    expect(test.cloud.meter.units('iotDirectMessages')).toBe(3);
    expect(test.cloud.meter.units('lambdaRequests', 'test-Uplink')).toBe(1);
    expect(test.cloud.meter.units('iotActions')).toBe(1);
  });

  it('a rule without permission to invoke takes its error action', async () => {
    await device.publishAsync('s/other', 'hello', { qos: 1 });
    await vi.waitFor(() => expect(test.cloud.messages('Failures')).toHaveLength(1), { timeout: 5000 });
    expect(JSON.parse(test.cloud.messages('Failures')[0]?.body ?? '{}')).toMatchObject({
      ruleName: 'test_Unpermitted',
      topic: 's/other',
      base64OriginalPayload: Buffer.from('hello').toString('base64'),
    });
  });

  it('a topic that the role does not name is refused with the condition key', async () => {
    const refused = await test.cloud.invoke('Uplink', { clientId: 'd1', payload: '', to: 'elsewhere' });
    expect(refused).toMatchObject({ ok: false, error: { errorType: 'ForbiddenException' } });
  });

  it('a wrong password is refused by the authorizer', async () => {
    await expect(connect('wrong')).rejects.toMatchObject({ code: 4 });
  });
});
