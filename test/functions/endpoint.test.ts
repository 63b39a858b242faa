import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Counterpart, environmentOf, request, startCounterpart } from './cloudformation';

const MANAGED = 'd0123456789-ats.iot.eu-central-1.amazonaws.com';
const ACCOUNT = 'a0123456789-ats.iot.eu-central-1.amazonaws.com';
let aws: Counterpart;
let handler: (event: unknown) => Promise<void>;

beforeAll(async () => {
  aws = await startCounterpart(({ path }) => {
    if (path === '/domainConfigurations/cirrus-mqtt') return { status: 200, body: { domainName: MANAGED } };
    if (path === '/endpoint?endpointType=iot%3AData-ATS') return { status: 200, body: { endpointAddress: ACCOUNT } };
    return { status: 404, body: { message: 'no such thing' } };
  });
  for (const [name, value] of Object.entries(environmentOf(aws))) vi.stubEnv(name, value);
  ({ handler } = await import('../../functions/endpoint'));
});
beforeEach(() => {
  aws.answers.length = 0;
  aws.calls.length = 0;
});
afterAll(() => aws.close());

describe('the look-up of host names', () => {
  it.each([
    [{ DomainConfigurationName: 'cirrus-mqtt' }, MANAGED],
    [{ EndpointType: 'iot:Data-ATS' }, ACCOUNT],
  ])('%j', async (properties, host) => {
    await handler(request(aws, 'Create', properties));
    expect(aws.answers).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: host, Data: { HostName: host } }]);
    expect(aws.calls).toMatchObject([{ method: 'GET' }]);
  });

  it('fails for a domain configuration that does not exist', async () => {
    await handler(request(aws, 'Create', { DomainConfigurationName: 'other' }));
    expect(aws.answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringContaining('no such thing') }]);
  });

  it.each([{}, { EndpointType: 'iot:Jobs' }])('refuses %j', async (properties) => {
    await handler(request(aws, 'Create', properties));
    expect(aws.answers).toMatchObject([{ Status: 'FAILED' }]);
    expect(aws.calls).toEqual([]);
  });

  it('deletes nothing and asks nothing', async () => {
    await handler(request(aws, 'Delete', { DomainConfigurationName: 'cirrus-mqtt' }, MANAGED));
    expect(aws.answers).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: MANAGED }]);
    expect(aws.calls).toEqual([]);
  });
});
