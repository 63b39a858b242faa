/**
 * What AWS charges for one unit of a metric: us-east-1, no free tier (docs/reference/aws-platform.md#prices-of-use).
 */
interface Price {
  readonly service: string;
  readonly label: string;
  /** The unit as the price list names it. */
  readonly unit: string;
  /** Dollars per unit. */
  readonly dollars: number;
  /** Where the price is published. */
  readonly source: string;
}

const MILLION = 1_000_000;
const IOT = 'aws.amazon.com/iot-core/pricing';
const LAMBDA = 'aws.amazon.com/lambda/pricing (arm64)';
const DYNAMODB = 'aws.amazon.com/dynamodb/pricing/on-demand';
const SQS = 'aws.amazon.com/sqs/pricing';

export const prices = {
  iotConnectionMinutes: {
    service: 'IoT Core',
    label: 'connectivity',
    unit: 'minute',
    dollars: 0.08 / MILLION,
    source: IOT,
  },
  iotMessages: { service: 'IoT Core', label: 'messages', unit: '5 KB', dollars: 1 / MILLION, source: IOT },
  iotDirectMessages: {
    service: 'IoT Core',
    label: 'direct messages',
    unit: '5 KB',
    dollars: 1 / MILLION,
    source: `${IOT}/additional-details; no rate of its own is published, so request, PUBLISH and PUBACK count as messages`,
  },
  iotRules: { service: 'IoT Core', label: 'rules triggered', unit: '5 KB', dollars: 0.15 / MILLION, source: IOT },
  iotActions: { service: 'IoT Core', label: 'rule actions', unit: '5 KB', dollars: 0.15 / MILLION, source: IOT },
  lambdaRequests: { service: 'Lambda', label: 'requests', unit: 'request', dollars: 0.2 / MILLION, source: LAMBDA },
  lambdaGbSeconds: { service: 'Lambda', label: 'duration', unit: 'GB-s', dollars: 0.0000133334, source: LAMBDA },
  dynamodbWriteUnits: { service: 'DynamoDB', label: 'writes', unit: 'WRU', dollars: 0.625 / MILLION, source: DYNAMODB },
  dynamodbReadUnits: { service: 'DynamoDB', label: 'reads', unit: 'RRU', dollars: 0.125 / MILLION, source: DYNAMODB },
  sqsStandardRequests: {
    service: 'SQS',
    label: 'standard requests',
    unit: '64 KB',
    dollars: 0.4 / MILLION,
    source: SQS,
  },
  sqsFifoRequests: { service: 'SQS', label: 'FIFO requests', unit: '64 KB', dollars: 0.5 / MILLION, source: SQS },
  eventBridgeEvents: {
    service: 'EventBridge',
    label: 'custom events',
    unit: '64 KB',
    dollars: 1 / MILLION,
    source: 'aws.amazon.com/eventbridge/pricing; delivery to targets of the account is free',
  },
  webSocketMessages: {
    service: 'API Gateway',
    label: 'WebSocket messages',
    unit: '32 KB',
    dollars: 1 / MILLION,
    source: 'aws.amazon.com/api-gateway/pricing',
  },
  webSocketMinutes: {
    service: 'API Gateway',
    label: 'WebSocket connections',
    unit: 'minute',
    dollars: 0.25 / MILLION,
    source: 'aws.amazon.com/api-gateway/pricing',
  },
  httpApiRequests: {
    service: 'API Gateway',
    label: 'HTTP API requests',
    unit: '512 KB',
    dollars: 1 / MILLION,
    source: 'aws.amazon.com/api-gateway/pricing',
  },
} as const satisfies Readonly<Record<string, Price>>;

/** What is counted: one unit of each has a price. */
export type Metric = keyof typeof prices;
