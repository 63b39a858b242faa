import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { LambdaFunction } from '../../src/lambda/runtime/function';

/** A function with one instance, whose preload is the file of this name. */
function functionWith(preload: string): LambdaFunction {
  const configuration = { name: 'f', arn: 'arn:f', roleArn: '', memorySize: 128, timeoutSeconds: 3 };
  const code = { modulePath: '', handlerName: 'handler', environment: {} };
  const ignore = (): void => undefined;
  const options = { concurrency: 1, newRequestId: () => 'r', onInvoked: ignore, onLog: ignore, preload };
  return new LambdaFunction({ ...configuration, ...code }, options);
}

it('invocations fail with the reason when no instance can start, and the next ones are tried', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'function-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const preload = join(folder, 'preload.ts');
  writeFileSync(preload, 'this is no TypeScript');
  const broken = functionWith(preload);
  const outcomes = await Promise.all([broken.invoke('{}'), broken.invoke('{}')]);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ ok: false, error: { errorType: 'Runtime.StartError' } });
  }
  expect(await broken.invoke('{}')).toMatchObject({ ok: false, error: { errorType: 'Runtime.StartError' } });
  await broken.close();
});
