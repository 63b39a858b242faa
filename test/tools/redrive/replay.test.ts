import { describe, expect, it } from 'vitest';
import { parseUplink } from '../../../lib/mqtt/ingest';
import { replayOf } from '../../../tools/redrive/replay';

const TARGETS = { ingest: 'cirrus-ingest', lifecycle: 'cirrus-lifecycle' };
const SENT_AT = Date.parse('2026-02-03T04:05:06.789Z');
const read = (record: unknown) => replayOf({ body: JSON.stringify(record), sentAt: SENT_AT }, TARGETS);

const UPLINK = {
  payload: 'MjExLDU=',
  topic: 's/us',
  clientId: 'pump-7741',
  receivedAt: 1_770_000_000_000,
  messageId: '3b1ff7a2-0000-4000-8000-000000000000',
};
const ofLambda = (responsePayload: unknown) => ({
  version: '1.0',
  timestamp: '2026-02-03T04:05:06.789Z',
  requestContext: {
    requestId: 'r-1',
    functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:cirrus-ingest:$LATEST',
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  },
  requestPayload: UPLINK,
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload,
});
const ofRule = (more: Readonly<Record<string, unknown>> = {}) => ({
  ruleName: 'cirrus_uplink_static',
  topic: 's/us',
  cloudwatchTraceId: UPLINK.messageId,
  clientId: 'pump-7741',
  base64OriginalPayload: UPLINK.payload,
  failures: [{ failedAction: 'LambdaAction', failedResource: 'cirrus-ingest', errorMessage: 'Rate exceeded' }],
  ...more,
});

describe('what to do again with a message of the failure queue', () => {
  it('is the very event that a function failed with', () => {
    expect(read(ofLambda({ errorType: 'InternalServerError', errorMessage: 'try later', trace: [] }))).toEqual({
      ok: true,
      value: {
        functionName: 'arn:aws:lambda:eu-central-1:123456789012:function:cirrus-ingest',
        event: UPLINK,
        subject: 'pump-7741',
        topic: 's/us',
        cause: 'InternalServerError: try later',
      },
    });
  });

  it.each([undefined, null, {}])('names the condition when the function has said nothing: %j', (response) => {
    expect(read(ofLambda(response))).toMatchObject({ ok: true, value: { cause: 'RetriesExhausted', event: UPLINK } });
  });

  it('is an uplink made of what a rule could not hand over', () => {
    const replay = read(ofRule());
    expect(replay).toMatchObject({
      ok: true,
      value: {
        functionName: 'cirrus-ingest',
        event: { ...UPLINK, receivedAt: SENT_AT },
        cause: 'rule cirrus_uplink_static: LambdaAction: Rate exceeded',
      },
    });
    expect(replay.ok && parseUplink(replay.value.event).ok).toBe(true);
  });

  it('is the lifecycle event of a rule for those', () => {
    const event = { clientId: 'pump-7741', eventType: 'connected', timestamp: SENT_AT };
    const record = ofRule({
      ruleName: 'cirrus_lifecycle_connected',
      topic: '$aws/events/presence/connected/pump-7741',
      base64OriginalPayload: Buffer.from(JSON.stringify(event)).toString('base64'),
    });
    expect(read(record)).toMatchObject({ ok: true, value: { functionName: 'cirrus-lifecycle', event } });
  });

  it.each([
    ['not JSON at all', 'hello', /not JSON/],
    ['some other JSON', '{"a":1}', /neither the record/],
    ['a publish without a device', JSON.stringify(ofRule({ clientId: 'n/a' })), /not published over MQTT/],
    [
      'a lifecycle event that is not JSON',
      JSON.stringify(ofRule({ topic: '$aws/events/presence/connected/x', base64OriginalPayload: 'MjExLDU=' })),
      /is not JSON/,
    ],
  ])('is nothing for %s', (_, body, why) => {
    const replay = replayOf({ body, sentAt: SENT_AT }, TARGETS);
    expect(replay).toMatchObject({ ok: false, error: expect.stringMatching(why) });
  });
});
