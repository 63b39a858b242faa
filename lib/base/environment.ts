import { faultText, Reader } from './reader';

/** The environment of a function lacks a variable or holds a wrong one; the message names each. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

type Environment = NodeJS.ProcessEnv;

/**
 * Reads what CDK puts into a function's environment (`cdk/`). Each function does it once per instance, so that a wrong
 * deployment fails at once. There is no schema library here, because that is a tenth of the ingest function's cold
 * start (docs/decisions/0003-no-schema-library-on-the-hot-path.md).
 * @throws EnvironmentError
 */
function read<T>(environment: Environment, take: (reader: Reader) => T): T {
  const reader = new Reader((name) => [environment[name] ?? []].flat());
  const values = take(reader);
  if (reader.faults.length === 0) return values;
  throw new EnvironmentError(`environment of the function is wrong: ${reader.faults.map(faultText).join('; ')}`);
}

/** Default `aws`. With `emulator`, answers are published on the topic, because emulators lack SendDirectMessage. */
const target = (reader: Reader) => reader.oneOf('TARGET', ['aws', 'emulator']) ?? 'aws';
/** Where the changes of a message go: the event bus, and the function that brings them to subscribers. */
const changes = (reader: Reader) => ({
  eventBusName: reader.text('EVENT_BUS_NAME'),
  fanoutFunction: reader.text('FANOUT_FUNCTION'),
});

export const authorizeEnvironment = (environment: Environment = process.env) =>
  read(environment, (reader) => ({
    registryTable: reader.text('REGISTRY_TABLE'),
    hashKeyParameter: reader.text('HASH_KEY_PARAMETER'),
    /** `arn:aws:iot:<region>:<account>:` */
    policyArnPrefix: reader.text('POLICY_ARN_PREFIX'),
  }));

export const ingestEnvironment = (environment: Environment = process.env) =>
  read(environment, (reader) => ({
    registryTable: reader.text('REGISTRY_TABLE'),
    telemetryTable: reader.text('TELEMETRY_TABLE'),
    ...changes(reader),
    /** Bytes of a whole PUBLISH packet: 8092 or 16184. */
    payloadLimit: reader.number('PAYLOAD_LIMIT'),
    target: target(reader),
    /** The tenant of clients that no authorizer has claimed. Set on an emulator only, which has no authorizer. */
    defaultTenant: reader.optional('DEFAULT_TENANT'),
  }));

export const lifecycleEnvironment = (environment: Environment = process.env) =>
  read(environment, (reader) => ({
    registryTable: reader.text('REGISTRY_TABLE'),
    deliveryQueueUrl: reader.text('DELIVERY_QUEUE_URL'),
    ...changes(reader),
    /** The same as in `ingestEnvironment`. */
    defaultTenant: reader.optional('DEFAULT_TENANT'),
  }));

export const deliverEnvironment = (environment: Environment = process.env) =>
  read(environment, (reader) => ({
    registryTable: reader.text('REGISTRY_TABLE'),
    deliveryQueueUrl: reader.text('DELIVERY_QUEUE_URL'),
    target: target(reader),
  }));

export const availabilityEnvironment = (environment: Environment = process.env) =>
  read(environment, (reader) => ({ registryTable: reader.text('REGISTRY_TABLE'), ...changes(reader) }));

export const apiEnvironment = (environment: Environment = process.env) =>
  read(environment, (reader) => ({
    registryTable: reader.text('REGISTRY_TABLE'),
    telemetryTable: reader.text('TELEMETRY_TABLE'),
    deliveryQueueUrl: reader.text('DELIVERY_QUEUE_URL'),
    ...changes(reader),
    hashKeyParameter: reader.text('HASH_KEY_PARAMETER'),
    target: target(reader),
  }));

/**
 * Where messages are posted to WebSockets: `https://<api>.execute-api.<region>.amazonaws.com/<stage>`. On an emulator
 * it is a path of the gateway, and `AWS_ENDPOINT_URL` holds the gateway's address. The SDK's own variable for this
 * service comes before both.
 */
function webSocketEndpoint(reader: Reader): string {
  const endpoint = reader.text('WEBSOCKET_ENDPOINT');
  const own = reader.optional('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI');
  if (own !== undefined || endpoint === '') return own ?? '';
  const base = reader.optional('AWS_ENDPOINT_URL');
  if (URL.canParse(endpoint, base)) return new URL(endpoint, base).href;
  reader.fault('WEBSOCKET_ENDPOINT', 'is no URL', endpoint);
  return '';
}

export const realtimeEnvironment = (environment: Environment = process.env) =>
  read(environment, (reader) => ({
    registryTable: reader.text('REGISTRY_TABLE'),
    hashKeyParameter: reader.text('HASH_KEY_PARAMETER'),
    webSocketEndpoint: webSocketEndpoint(reader),
  }));

export const fanoutEnvironment = (environment: Environment = process.env) =>
  read(environment, (reader) => ({
    registryTable: reader.text('REGISTRY_TABLE'),
    webSocketEndpoint: webSocketEndpoint(reader),
  }));

export const eventRuleEnvironment = (environment: Environment = process.env) =>
  read(environment, (reader) => ({ registryTable: reader.text('REGISTRY_TABLE') }));
