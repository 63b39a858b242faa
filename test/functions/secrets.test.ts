import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Counterpart, environmentOf, request, startCounterpart } from './cloudformation';

let parameters: Record<string, { Value: string; Type: string }> = {};
let broken = false;
let aws: Counterpart;
let handler: (event: unknown) => Promise<void>;

beforeAll(async () => {
  aws = await startCounterpart(({ target, body }) => {
    const input = JSON.parse(body);
    if (broken) return refusal(400, 'AccessDeniedException');
    if (target === 'AmazonSSM.PutParameter') {
      if (parameters[input.Name] && input.Overwrite !== true) return refusal(400, 'ParameterAlreadyExists');
      parameters[input.Name] = { Value: input.Value, Type: input.Type };
      return { status: 200, body: { Version: 1 } };
    }
    if (!parameters[input.Name]) return refusal(400, 'ParameterNotFound');
    delete parameters[input.Name];
    return { status: 200, body: {} };
  });
  for (const [name, value] of Object.entries(environmentOf(aws))) vi.stubEnv(name, value);
  ({ handler } = await import('../../functions/secrets'));
});
beforeEach(() => {
  parameters = {};
  broken = false;
  aws.answers.length = 0;
});
afterAll(() => aws.close());

const refusal = (status: number, type: string) => ({ status, body: { __type: type, message: `${type} it is` } });
const KEPT = { Name: '/cirrus/hash-key', Keep: 'true' };
const NOT_KEPT = { ...KEPT, Keep: 'false' };

describe('the generator of secrets', () => {
  it('creates a SecureString of 48 random bytes and answers with its name, not its value', async () => {
    await handler(request(aws, 'Create', KEPT));
    const made = parameters[KEPT.Name];
    expect(made?.Type).toBe('SecureString');
    expect(Buffer.from(String(made?.Value), 'base64url')).toHaveLength(48);
    expect(aws.answers).toEqual([
      {
        Status: 'SUCCESS',
        PhysicalResourceId: KEPT.Name,
        StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/Cirrus/1',
        RequestId: 'request-1',
        LogicalResourceId: 'TheResource',
        Data: {},
      },
    ]);
  });

  it('makes another value each time', async () => {
    await handler(request(aws, 'Create', KEPT));
    await handler(request(aws, 'Create', { ...KEPT, Name: '/cirrus/other' }));
    expect(parameters['/cirrus/other']?.Value).not.toBe(parameters[KEPT.Name]?.Value);
  });

  it.each(['Create', 'Update'] as const)('keeps a value that exists: %s', async (type) => {
    await handler(request(aws, 'Create', KEPT));
    const before = parameters[KEPT.Name]?.Value;
    await handler(request(aws, type, KEPT, KEPT.Name));
    expect(parameters[KEPT.Name]?.Value).toBe(before);
    expect(aws.answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
  });

  it('deletes only what is not to be kept', async () => {
    await handler(request(aws, 'Create', KEPT));
    await handler(request(aws, 'Delete', KEPT, KEPT.Name));
    expect(parameters).toHaveProperty([KEPT.Name]);
    await handler(request(aws, 'Delete', NOT_KEPT, KEPT.Name));
    expect(parameters).toEqual({});
    await handler(request(aws, 'Delete', NOT_KEPT, KEPT.Name));
    expect(aws.answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS']);
  });

  it('says why it failed, so that the deployment does not hang', async () => {
    broken = true;
    await handler(request(aws, 'Create', KEPT));
    expect(aws.answers).toMatchObject([
      {
        Status: 'FAILED',
        Reason: 'AccessDeniedException: AccessDeniedException it is',
        PhysicalResourceId: 'TheResource',
      },
    ]);
  });

  it.each([{}, { Name: 'no-slash', Keep: 'true' }, { Name: '/x', Keep: 'maybe' }])('refuses %j', async (properties) => {
    await handler(request(aws, 'Create', properties));
    expect(aws.answers).toMatchObject([{ Status: 'FAILED' }]);
    expect(parameters).toEqual({});
  });
});
