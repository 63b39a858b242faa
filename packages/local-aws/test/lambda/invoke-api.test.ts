import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCloud, type TestCloud } from '../support/cloud';
import { lambda, role } from '../support/templates';

const ECHO = `
  const seen = [];
  export const handler = async (event: { fail?: string }) => {
    if (event.fail) throw new RangeError(event.fail);
    seen.push(event);
    return { seen };
  };`;

describe("Lambda's Invoke", () => {
  let test: TestCloud;
  let client: LambdaClient;
  let name: string;

  beforeAll(async () => {
    test = await startCloud({ Role: role(), Echo: lambda('echo', 'Role') }, { echo: ECHO });
    client = new LambdaClient(test.cloud.clientConfiguration);
    name = String(test.cloud.resources.get('Echo'));
  });
  afterAll(async () => {
    client.destroy();
    await test.close();
  });

  const invoke = (FunctionName: string, event: unknown, InvocationType?: 'Event' | 'DryRun') =>
    client.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...(InvocationType && { InvocationType }) }),
    );
  const payloadOf = ({ Payload }: InvokeCommandOutput): unknown => JSON.parse(Payload?.transformToString() ?? '');

  it('waits for the result, by name and by ARN', async () => {
    const answer = await invoke(name, { n: 1 });
    expect(answer).toMatchObject({ StatusCode: 200 });
    expect(payloadOf(answer)).toEqual({ seen: [{ n: 1 }] });
    const { region, account } = test.cloud;
    const arn = `arn:aws:lambda:${region}:${account}:function:${name}:$LATEST`;
    expect(payloadOf(await invoke(arn, { n: 2 }))).toEqual({ seen: [{ n: 1 }, { n: 2 }] });
  });

  it('says what the function threw', async () => {
    const answer = await invoke(name, { fail: 'too far' });
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(payloadOf(answer)).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
  });

  it('accepts an event and runs it later', async () => {
    expect(await invoke(name, { later: true }, 'Event')).toMatchObject({ StatusCode: 202 });
    await vi.waitFor(async () =>
      expect(payloadOf(await invoke(name, {}))).toMatchObject({ seen: expect.arrayContaining([{ later: true }]) }),
    );
  });

  it('refuses what is not there, not allowed or not embedded', async () => {
    await expect(invoke('nobody', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(invoke(name, {}, 'DryRun')).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    const stranger = new LambdaClient({
      ...test.cloud.clientConfiguration,
      credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' },
    });
    await expect(stranger.send(new InvokeCommand({ FunctionName: name }))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    stranger.destroy();
  });
});
