import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Counterpart, environmentOf, request, startCounterpart } from './cloudformation';

const RULE = 'arn:aws:events:eu-central-1:123456789012:rule/cirrus/one';
const PROPERTIES = { Tenant: 't1', Rule: RULE };
let aws: Counterpart;
let handler: (event: unknown) => Promise<void>;

beforeAll(async () => {
  aws = await startCounterpart(() => ({ status: 200, body: {} }));
  const environment = { ...environmentOf(aws), AWS_ENDPOINT_URL_DYNAMODB: aws.url, REGISTRY_TABLE: 'registry' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  ({ handler } = await import('../../functions/event-rule'));
});
beforeEach(() => {
  aws.answers.length = 0;
  aws.calls.length = 0;
});
afterAll(() => aws.close());

describe('the switch of event rules', () => {
  it.each([
    ['Create', 'ADD #rules :rule'],
    ['Update', 'ADD #rules :rule'],
    ['Delete', 'DELETE #rules :rule'],
  ] as const)('%s: %s', async (type, UpdateExpression) => {
    await handler(request(aws, type, PROPERTIES, `t1 ${RULE}`));
    expect(aws.calls.map(({ target }) => target)).toEqual(['DynamoDB_20120810.UpdateItem']);
    expect(JSON.parse(aws.calls[0]?.body ?? '')).toMatchObject({
      TableName: 'registry',
      Key: { pk: { S: 'T#t1#LISTENERS' } },
      UpdateExpression,
      ExpressionAttributeValues: { ':rule': { SS: [RULE] } },
    });
    expect(aws.answers).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: `t1 ${RULE}` }]);
  });

  it.each([{}, { Tenant: '', Rule: RULE }, { Tenant: 't1', Rule: 'one' }])('refuses %j', async (properties) => {
    await handler(request(aws, 'Create', properties));
    expect(aws.answers).toMatchObject([{ Status: 'FAILED' }]);
    expect(aws.calls).toEqual([]);
  });
});
