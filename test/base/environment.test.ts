import { describe, expect, it } from 'vitest';
import { EnvironmentError, fanoutEnvironment, ingestEnvironment } from '../../lib/base/environment';

const INGEST = {
  REGISTRY_TABLE: 'registry',
  TELEMETRY_TABLE: 'telemetry',
  EVENT_BUS_NAME: 'bus',
  FANOUT_FUNCTION: 'fanout',
  PAYLOAD_LIMIT: '16184',
};
const messageOf = (environment: NodeJS.ProcessEnv): string => {
  try {
    ingestEnvironment(environment);
    return 'nothing is wrong';
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as Error).message;
  }
};

describe('the environment of a function', () => {
  it('is read with its standards', () => {
    expect(ingestEnvironment(INGEST)).toEqual({
      registryTable: 'registry',
      telemetryTable: 'telemetry',
      eventBusName: 'bus',
      fanoutFunction: 'fanout',
      payloadLimit: 16_184,
      target: 'aws',
      defaultTenant: undefined,
    });
  });

  it('tells everything that is wrong at once, by name', () => {
    const message = messageOf({
      ...INGEST,
      REGISTRY_TABLE: '',
      PAYLOAD_LIMIT: 'much',
      TARGET: 'moon',
      EVENT_BUS_NAME: undefined,
    });
    for (const name of ['REGISTRY_TABLE', 'PAYLOAD_LIMIT', 'TARGET', 'EVENT_BUS_NAME']) expect(message).toContain(name);
    expect(message).not.toContain('TELEMETRY_TABLE');
  });

  it.each([
    [{ WEBSOCKET_ENDPOINT: 'https://a.example/realtime' }, 'https://a.example/realtime'],
    [
      { WEBSOCKET_ENDPOINT: '/apis/a/realtime', AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' },
      'http://127.0.0.1:4566/apis/a/realtime',
    ],
    [
      { WEBSOCKET_ENDPOINT: 'https://a', AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'http://127.0.0.1:1' },
      'http://127.0.0.1:1',
    ],
  ])('finds where WebSockets are posted to: %j', (environment, expected) => {
    expect(fanoutEnvironment({ REGISTRY_TABLE: 'r', ...environment }).webSocketEndpoint).toBe(expected);
  });

  it('refuses an address that is none', () => {
    expect(() => fanoutEnvironment({ REGISTRY_TABLE: 'r', WEBSOCKET_ENDPOINT: '/path' })).toThrow(/WEBSOCKET_ENDPOINT/);
  });
});
