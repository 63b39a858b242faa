import * as z from 'zod/mini';

/** What CDK puts into each function's environment (`cdk/`); parsed once per instance, so a wrong deployment fails by name. */
const text = z.string().check(z.minLength(1));
const optionalText = z.optional(text);

const authorize = z.object({
  REGISTRY_TABLE: text,
  HASH_KEY_PARAMETER: text,
  /** `arn:aws:iot:<region>:<account>:` */
  POLICY_ARN_PREFIX: text,
});
const ingest = z.object({
  REGISTRY_TABLE: text,
  TELEMETRY_TABLE: text,
  DELIVERY_QUEUE_URL: text,
  EVENT_BUS_NAME: text,
  /** Brings changes to subscribers of real-time notifications. */
  FANOUT_FUNCTION: text,
  IOT_ENDPOINT: optionalText,
  /** Bytes of a whole PUBLISH packet: 8092 or 16184. */
  PAYLOAD_LIMIT: z.pipe(text, z.transform(Number)),
  /** `emulator` publishes answers on the topic, because emulators lack SendDirectMessage. */
  TARGET: z.optional(z.enum(['aws', 'emulator'])),
  /** Whose clients are that no authorizer claimed; only on an emulator. */
  DEFAULT_TENANT: optionalText,
});
const lifecycle = z.object({
  REGISTRY_TABLE: text,
  DELIVERY_QUEUE_URL: text,
  EVENT_BUS_NAME: text,
  FANOUT_FUNCTION: text,
  /** As for ingest. */
  DEFAULT_TENANT: optionalText,
});
const deliver = z.object({
  REGISTRY_TABLE: text,
  DELIVERY_QUEUE_URL: text,
  IOT_ENDPOINT: optionalText,
  TARGET: z.optional(z.enum(['aws', 'emulator'])),
});
const availability = z.object({ REGISTRY_TABLE: text, EVENT_BUS_NAME: text, FANOUT_FUNCTION: text });
const api = z.object({
  REGISTRY_TABLE: text,
  TELEMETRY_TABLE: text,
  DELIVERY_QUEUE_URL: text,
  EVENT_BUS_NAME: text,
  FANOUT_FUNCTION: text,
  HASH_KEY_PARAMETER: text,
  /** The tenant of a user name without one, when the host name does not tell. */
  DEFAULT_TENANT: optionalText,
});
const realtime = z.object({
  REGISTRY_TABLE: text,
  HASH_KEY_PARAMETER: text,
  /**
   * Where messages are posted to WebSockets: `https://<api>.execute-api.<region>.amazonaws.com/<stage>`; on an emulator a
   * path of its gateway, whose address only `AWS_ENDPOINT_URL` knows.
   */
  WEBSOCKET_ENDPOINT: text,
  AWS_ENDPOINT_URL: optionalText,
  /** The SDK's own variable, which wins where it is set. */
  AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: optionalText,
  DEFAULT_TENANT: optionalText,
});
const fanout = z.omit(realtime, { HASH_KEY_PARAMETER: true, DEFAULT_TENANT: true });
const eventRule = z.object({ REGISTRY_TABLE: text });

export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

function parse<T extends z.ZodMiniType>(schema: T, environment: NodeJS.ProcessEnv): z.output<T> {
  const parsed = z.safeParse(schema, environment);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new EnvironmentError(`environment of the function is wrong: ${faults.join('; ')}`);
}

export const authorizeEnvironment = (environment = process.env) => {
  const parsed = parse(authorize, environment);
  return {
    registryTable: parsed.REGISTRY_TABLE,
    hashKeyParameter: parsed.HASH_KEY_PARAMETER,
    policyArnPrefix: parsed.POLICY_ARN_PREFIX,
  };
};

export const ingestEnvironment = (environment = process.env) => {
  const parsed = parse(ingest, environment);
  return {
    registryTable: parsed.REGISTRY_TABLE,
    telemetryTable: parsed.TELEMETRY_TABLE,
    deliveryQueueUrl: parsed.DELIVERY_QUEUE_URL,
    eventBusName: parsed.EVENT_BUS_NAME,
    fanoutFunction: parsed.FANOUT_FUNCTION,
    iotEndpoint: parsed.IOT_ENDPOINT,
    payloadLimit: parsed.PAYLOAD_LIMIT,
    target: parsed.TARGET ?? 'aws',
    defaultTenant: parsed.DEFAULT_TENANT,
  };
};

export const lifecycleEnvironment = (environment = process.env) => {
  const parsed = parse(lifecycle, environment);
  return {
    registryTable: parsed.REGISTRY_TABLE,
    deliveryQueueUrl: parsed.DELIVERY_QUEUE_URL,
    eventBusName: parsed.EVENT_BUS_NAME,
    fanoutFunction: parsed.FANOUT_FUNCTION,
    defaultTenant: parsed.DEFAULT_TENANT,
  };
};

export const deliverEnvironment = (environment = process.env) => {
  const parsed = parse(deliver, environment);
  return {
    registryTable: parsed.REGISTRY_TABLE,
    deliveryQueueUrl: parsed.DELIVERY_QUEUE_URL,
    iotEndpoint: parsed.IOT_ENDPOINT,
    target: parsed.TARGET ?? 'aws',
  };
};

export const availabilityEnvironment = (environment = process.env) => {
  const parsed = parse(availability, environment);
  return {
    registryTable: parsed.REGISTRY_TABLE,
    eventBusName: parsed.EVENT_BUS_NAME,
    fanoutFunction: parsed.FANOUT_FUNCTION,
  };
};

export const apiEnvironment = (environment = process.env) => {
  const parsed = parse(api, environment);
  return {
    registryTable: parsed.REGISTRY_TABLE,
    telemetryTable: parsed.TELEMETRY_TABLE,
    deliveryQueueUrl: parsed.DELIVERY_QUEUE_URL,
    eventBusName: parsed.EVENT_BUS_NAME,
    fanoutFunction: parsed.FANOUT_FUNCTION,
    hashKeyParameter: parsed.HASH_KEY_PARAMETER,
    defaultTenant: parsed.DEFAULT_TENANT,
  };
};

const webSocketEndpointOf = (parsed: z.output<typeof fanout>): string =>
  parsed.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI ?? new URL(parsed.WEBSOCKET_ENDPOINT, parsed.AWS_ENDPOINT_URL).href;

export const realtimeEnvironment = (environment = process.env) => {
  const parsed = parse(realtime, environment);
  return {
    registryTable: parsed.REGISTRY_TABLE,
    hashKeyParameter: parsed.HASH_KEY_PARAMETER,
    webSocketEndpoint: webSocketEndpointOf(parsed),
    defaultTenant: parsed.DEFAULT_TENANT,
  };
};

export const fanoutEnvironment = (environment = process.env) => {
  const parsed = parse(fanout, environment);
  return {
    registryTable: parsed.REGISTRY_TABLE,
    webSocketEndpoint: webSocketEndpointOf(parsed),
  };
};

export const eventRuleEnvironment = (environment = process.env) => ({
  registryTable: parse(eventRule, environment).REGISTRY_TABLE,
});
