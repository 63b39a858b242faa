import { describe, expect, it } from 'vitest';
import { serveCustomResource } from '../../../lib/base/aws/custom-resource';
import { request, startCounterpart } from '../../functions/cloudformation';

const nothing = () => ({ status: 404, body: {} });

describe('a custom resource', () => {
  it('answers with id and attributes', async () => {
    const aws = await startCounterpart(nothing);
    await serveCustomResource(request(aws, 'Create', {}), async () => ({
      physicalId: 'it',
      attributes: { Host: 'h' },
    }));
    expect(aws.answers).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'it', Data: { Host: 'h' } }]);
    await aws.close();
  });

  it('keeps its id when an update fails: another id would make CloudFormation delete the old one', async () => {
    const aws = await startCounterpart(nothing);
    await serveCustomResource(request(aws, 'Update', {}, 'old'), () => Promise.reject(new RangeError('too far')));
    expect(aws.answers).toMatchObject([{ Status: 'FAILED', PhysicalResourceId: 'old', Reason: 'RangeError: too far' }]);
    await aws.close();
  });

  it('keeps its answer within the 4096 bytes CloudFormation takes', async () => {
    const aws = await startCounterpart(nothing);
    await serveCustomResource(request(aws, 'Create', {}), () => Promise.reject(new Error('x'.repeat(10_000))));
    expect(JSON.stringify(aws.answers[0]).length).toBeLessThan(4096);
    await aws.close();
  });

  it('throws when its answer is refused, so that Lambda tries again', async () => {
    const aws = await startCounterpart(() => ({ status: 403, body: {} }));
    const event = { ...request(aws, 'Create', {}), ResponseURL: `${aws.url}/expired` };
    await expect(serveCustomResource(event, async () => ({ physicalId: 'it' }))).rejects.toThrow('HTTP 403');
    await aws.close();
  });

  it.each([undefined, {}, { RequestType: 'Rename' }])('refuses %j, which no CloudFormation sent', async (event) => {
    await expect(serveCustomResource(event, async () => ({ physicalId: 'it' }))).rejects.toThrow();
  });
});
