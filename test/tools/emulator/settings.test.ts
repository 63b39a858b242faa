import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emulatorSettings, outputsFile, SettingsError, stackOutputsOf } from '../../../tools/emulator/settings';

const dir = mkdtempSync(join(tmpdir(), 'cirrus-emulator-'));
afterAll(() => rmSync(dir, { recursive: true }));
const settingsOf = (environment: NodeJS.ProcessEnv) => emulatorSettings(['--dir', dir], environment);

describe('the settings', () => {
  it('point at an emulator on this machine', () => {
    const { endpoint, s3Endpoint, region } = settingsOf({});
    expect([endpoint.origin, s3Endpoint, region]).toEqual([
      'http://127.0.0.1:4566',
      'http://127.0.0.1:4566',
      'us-east-1',
    ]);
  });

  it('take localhost for its address, because S3 clients would ask for <bucket>.localhost', () => {
    expect(settingsOf({ AWS_ENDPOINT_URL: 'http://localhost:4577' }).s3Endpoint).toBe('http://127.0.0.1:4577');
  });

  it('take a named emulator with its S3', () => {
    const named = { AWS_ENDPOINT_URL: 'https://x.example', AWS_ENDPOINT_URL_S3: 'https://s3.x.example' };
    expect(settingsOf(named)).toMatchObject({ s3Endpoint: 'https://s3.x.example' });
  });

  it.each([
    [{ AWS_ENDPOINT_URL: 'https://x.example' }, 'AWS_ENDPOINT_URL_S3 is missing'],
    [{ AWS_ENDPOINT_URL: '127.0.0.1' }, 'AWS_ENDPOINT_URL'],
    [{ EMULATOR_MQTT_URL: 'somewhere' }, 'EMULATOR_MQTT_URL'],
  ])('refuse %j by name', (environment, named) => {
    expect(() => settingsOf(environment)).toThrow(SettingsError);
    expect(() => settingsOf(environment)).toThrow(named);
  });

  it('refuse unknown arguments', () => {
    expect(() => emulatorSettings(['--folder', dir], {})).toThrow(SettingsError);
  });
});

describe('the outputs of the deployment', () => {
  it('are asked for by name when there are none', () => {
    expect(() => stackOutputsOf(settingsOf({}))).toThrow('emulator:deploy');
  });

  it('are read as the CDK command line wrote them', () => {
    const outputs = {
      ApiUrl: 'http://abc.execute-api.localhost:4566',
      RealtimeUrl: 'wss://def.execute-api.localhost:4566/realtime',
      RegistryTable: 'registry',
      FailureQueueUrl: 'http://localhost:4566/000000000000/failures',
    };
    writeFileSync(outputsFile(settingsOf({})), JSON.stringify({ Cirrus: { ...outputs, TelemetryTable: 'telemetry' } }));
    expect(stackOutputsOf(settingsOf({}))).toEqual(outputs);
  });
});
