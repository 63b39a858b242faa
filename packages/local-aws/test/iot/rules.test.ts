import { describe, expect, it } from 'vitest';
import { UnsupportedResourceError } from '../../src/iot/iot-resources';
import { FUNCTION_ARN, Harness, type Invocation, lambdaRule, QUEUE_URL } from './harness';

const UPLINK = `SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS clientId,
  timestamp() AS receivedAt, traceid() AS messageId, get_mqtt_property('response_topic') AS responseTopic,
  get_mqtt_property('correlation_data') AS correlationData FROM '+/us' WHERE topic(1) IN ['s','t','q','c']`;

describe('topic rules', () => {
  it('wrap a message, leaving out what MQTT 3 does not have', async () => {
    const harness = await Harness.start({ rules: [lambdaRule('uplink', UPLINK)] });
    const client = await harness.connect('d:1');
    await client.publishAsync('s/us', '200,T,T,25', { qos: 1 });
    await client.publishAsync('x/us', 'other', { qos: 1 });
    await client.publishAsync('s/us/child', 'other', { qos: 1 });
    await client.publishAsync('t/us', 'ü', { qos: 1 });
    await harness.core.idle();
    const common = {
      clientId: 'd:1',
      receivedAt: expect.any(Number),
      messageId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    };
    expect(harness.invocations.map(({ event }) => event)).toEqual([
      { ...common, payload: btoa('200,T,T,25'), topic: 's/us' },
      { ...common, payload: Buffer.from('ü').toString('base64'), topic: 't/us' },
    ]);
    const ids = harness.invocations.map(({ event }) => (event as { messageId: string }).messageId);
    expect([...ids].sort()).toEqual(ids);
    expect(Object.fromEntries(harness.metered)).toMatchObject({ messagesIn: 4, rulesTriggered: 2, actionsExecuted: 2 });
  });

  it('run once for each rule that matches', async () => {
    const rules = [
      lambdaRule('one', "SELECT topic() AS t FROM '#'"),
      lambdaRule('two', "SELECT topic() AS t FROM 'a/+'"),
    ];
    const harness = await Harness.start({ rules });
    const client = await harness.connect('d1');
    await client.publishAsync('a/b', '', { qos: 1 });
    await client.endAsync();
    await harness.event('disconnected');
    await harness.core.idle();
    const triggered = harness.invocations.map(({ source }) => source.arn.split('/').at(-1));
    expect(triggered.sort()).toEqual(['one', 'two']);
  });

  it('pass JSON on with SELECT *', async () => {
    const harness = await Harness.start({ rules: [lambdaRule('all', "SELECT *, topic(2) AS kind FROM 'a/+'")] });
    const client = await harness.connect('d1');
    await client.publishAsync('a/b', '{"kind":"x","n":1}', { qos: 1 });
    await harness.core.idle();
    expect(harness.invocations[0]?.event).toEqual({ kind: 'b', n: 1 });
  });

  it('do the error action when SELECT * meets something else than JSON', async () => {
    const harness = await Harness.start({ rules: [lambdaRule('all', "SELECT * FROM 'a/b'")] });
    const client = await harness.connect('d1');
    await client.publishAsync('a/b', '200,x', { qos: 1 });
    const sent = await harness.until(() => harness.sent[0]);
    expect(sent).toMatchObject({ queueUrl: QUEUE_URL, roleArn: expect.stringContaining('role/errors') });
    expect(JSON.parse(sent.body)).toEqual({
      ruleName: 'all',
      topic: 'a/b',
      cloudwatchTraceId: expect.any(String),
      clientId: 'd1',
      base64OriginalPayload: btoa('200,x'),
      failures: [
        {
          failedAction: 'LambdaAction',
          failedResource: FUNCTION_ARN,
          errorMessage: 'the Lambda action does not support a binary payload',
        },
      ],
    });
    expect(await harness.event('ruleFailed')).toMatchObject({ rule: 'all', topic: 'a/b' });
  });

  it('try an action again before the error action', async () => {
    const failing = (times: number) => {
      let calls = 0;
      return async (_: Invocation) => {
        if (calls++ < times) throw new Error('throttled');
      };
    };
    const rules = [lambdaRule('uplink', UPLINK)];
    const recovering = await Harness.start({ rules, invokeAsync: failing(2) });
    await (await recovering.connect('d1')).publishAsync('s/us', 'x', { qos: 1 });
    await recovering.until(() => recovering.invocations[0]);
    expect(recovering.sent).toEqual([]);
    const lasting = await Harness.start({ rules, invokeAsync: failing(3) });
    await (await lasting.connect('d1')).publishAsync('s/us', 'x', { qos: 1 });
    const sent = await lasting.until(() => lasting.sent[0]);
    expect(JSON.parse(sent.body)).toMatchObject({ failures: [{ errorMessage: 'throttled' }] });
  });

  it('send to SQS, as text or as base64', async () => {
    const sqs = (RuleName: string, UseBase64: boolean) => {
      const { TopicRulePayload } = lambdaRule(RuleName, "SELECT * FROM 'a/b'");
      const Actions = [{ Sqs: { QueueUrl: QUEUE_URL, RoleArn: 'role', UseBase64 } }];
      return { RuleName, TopicRulePayload: { ...TopicRulePayload, Actions } };
    };
    const harness = await Harness.start({ rules: [sqs('text', false), sqs('base64', true)] });
    const client = await harness.connect('d1');
    await client.publishAsync('a/b', 'raw', { qos: 1 });
    await harness.core.idle();
    expect(harness.sent.map(({ body }) => body).sort()).toEqual([btoa('raw'), 'raw'].sort());
  });

  it('leave a disabled rule alone', async () => {
    const { RuleName, TopicRulePayload } = lambdaRule('off', "SELECT * FROM 'a/b'");
    const harness = await Harness.start({
      rules: [{ RuleName, TopicRulePayload: { ...TopicRulePayload, RuleDisabled: true } }],
    });
    await (await harness.connect('d1')).publishAsync('a/b', '1', { qos: 1 });
    await harness.core.idle();
    expect(harness.invocations).toEqual([]);
  });

  const rule = (change: object, Sql = "SELECT * FROM 'a'") => {
    const { RuleName, TopicRulePayload } = lambdaRule('mine', Sql);
    return { RuleName, TopicRulePayload: { ...TopicRulePayload, ...change } };
  };

  it.each([
    ['an unknown action', { Actions: [{ Republish: { Topic: 'x' } }] }, 'rule mine: the action Republish'],
    ['an unknown error action', { ErrorAction: { S3: {} } }, 'rule mine: the action S3'],
    ['an unknown property', { Actions: [{ Lambda: { Qualifier: '1' } }] }, 'rule mine: the action Lambda: Qualifier'],
    [
      'a substitution template',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a substitution template
      { Actions: [{ Sqs: { QueueUrl: '${topic()}', RoleArn: 'r' } }] },
      'rule mine: the action Sqs: a substitution template in QueueUrl',
    ],
    ['another SQL version', { AwsIotSqlVersion: '2015-10-08' }, 'rule mine: AwsIotSqlVersion 2015-10-08'],
    ['unknown SQL', { Sql: "SELECT aws_lambda('x') AS y FROM 'a'" }, 'rule mine: SQL: the function aws_lambda()'],
    ['an impossible filter', { Sql: "SELECT * FROM 'a/#/b'" }, "rule mine: SQL: FROM 'a/#/b': # is not the last level"],
  ])('are refused at the start for %s', async (_, change, text) => {
    const start = Harness.start({ rules: [rule(change)] });
    await expect(start).rejects.toThrow(UnsupportedResourceError);
    await expect(start).rejects.toThrow(text);
  });
});
