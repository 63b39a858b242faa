import type { Properties, Resources } from './synthesized';

const HOURS_A_MONTH = 730;

/** What a resource uses in a month without messages: dollars, or units of which an account has some for free. */
interface Use {
  readonly dollars?: number;
  readonly alarms?: number;
  readonly queueRequests?: number;
  readonly invocations?: number;
  readonly readUnits?: number;
}
type Price = (properties: Properties) => Use;

/** For ever free for every account, not only in its first year. */
const ALLOWANCES = {
  alarms: { free: 10, dollarsEach: 0.1 },
  queueRequests: { free: 1_000_000, dollarsEach: 0.5 / 1_000_000 },
  invocations: { free: 1_000_000, dollarsEach: 0.2 / 1_000_000 },
  readUnits: { free: 0, dollarsEach: 0.125 / 1_000_000 },
} as const;
const UNITS = ['alarms', 'queueRequests', 'invocations', 'readUnits'] as const;

const onlyByUse: Price = () => ({ dollars: 0 });
const perHour =
  (dollars: number): Price =>
  () => ({ dollars: dollars * HOURS_A_MONTH });

/**
 * List prices of us-east-1 by resource type (docs/reference/aws-platform.md#prices-while-idle). A type that is not here
 * has no price.
 */
const PRICES: Readonly<Record<string, Price>> = {
  'AWS::ApiGatewayV2::Api': onlyByUse,
  'AWS::ApiGatewayV2::Integration': onlyByUse,
  'AWS::ApiGatewayV2::Route': onlyByUse,
  'AWS::ApiGatewayV2::RouteResponse': onlyByUse,
  'AWS::ApiGatewayV2::Stage': onlyByUse,
  'AWS::CloudFront::Distribution': onlyByUse,
  'AWS::CloudFront::Function': onlyByUse,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::DynamoDB::Table': table,
  'AWS::EC2::NatGateway': perHour(0.045),
  'AWS::Events::EventBus': onlyByUse,
  'AWS::Events::Rule': schedule,
  'AWS::IAM::Policy': onlyByUse,
  'AWS::IAM::Role': onlyByUse,
  'AWS::IoT::Authorizer': onlyByUse,
  'AWS::IoT::DomainConfiguration': onlyByUse,
  'AWS::IoT::Logging': onlyByUse,
  'AWS::IoT::TopicRule': onlyByUse,
  'AWS::KMS::Key': () => ({ dollars: 1 }),
  'AWS::Kinesis::Stream': stream,
  'AWS::Lambda::EventInvokeConfig': onlyByUse,
  'AWS::Lambda::EventSourceMapping': mapping,
  'AWS::Lambda::Function': onlyByUse,
  'AWS::Lambda::Permission': onlyByUse,
  'AWS::Logs::LogGroup': onlyByUse,
  'AWS::SQS::Queue': onlyByUse,
  'AWS::SQS::QueuePolicy': onlyByUse,
  'AWS::SecretsManager::Secret': () => ({ dollars: 0.4 }),
  'Custom::CirrusEventRule': onlyByUse,
  'Custom::CirrusHostName': onlyByUse,
  'Custom::CirrusSecret': onlyByUse,
};

export interface IdlePrice {
  /** Dollars a month. */
  readonly total: number;
  /** What the price is made of, one line per resource type or allowance. */
  readonly lines: readonly string[];
}

/**
 * What the resources cost in a month without a single message.
 * @throws when the price of a type is not known
 */
export function idlePrice(resources: Resources): IdlePrice {
  const dollars = new Map<string, { count: number; sum: number }>();
  const used = { alarms: 0, queueRequests: 0, invocations: 0, readUnits: 0 };
  for (const [logicalId, { Type, Properties = {} }] of Object.entries(resources)) {
    const price = PRICES[Type];
    if (price === undefined) throw new Error(`${logicalId}: the idle price of ${Type} is not known`);
    const use = price(Properties);
    const line = dollars.get(Type) ?? { count: 0, sum: 0 };
    dollars.set(Type, { count: line.count + 1, sum: line.sum + (use.dollars ?? 0) });
    for (const unit of UNITS) used[unit] += use[unit] ?? 0;
  }
  const paid = [...dollars].map(([type, { count, sum }]) => ({ sum, text: `${count} × ${type}` }));
  const allowed = UNITS.map((unit) => {
    const { free, dollarsEach } = ALLOWANCES[unit];
    return { sum: Math.max(0, used[unit] - free) * dollarsEach, text: `${used[unit]} ${unit}, ${free} are free` };
  });
  const all = [...paid, ...allowed];
  return {
    total: all.reduce((sum, line) => sum + line.sum, 0),
    lines: all.map((line) => `$${line.sum.toFixed(2).padStart(6)}  ${line.text}`),
  };
}

function alarm(properties: Properties): Use {
  const metrics = properties.Metrics;
  return { alarms: Array.isArray(metrics) ? metrics.length : 1 };
}

/**
 * What one run of the schedule reads when nothing is due: the tenants, and the index of two tenants, half a unit each.
 */
const READ_UNITS_PER_TICK = 2;

function schedule({ ScheduleExpression: expression }: Properties): Use {
  if (expression === undefined) return { dollars: 0 };
  const [, minutes] = /^rate\((\d+) minutes\)$/.exec(String(expression)) ?? [];
  const ticks = (HOURS_A_MONTH * 60) / Number(minutes);
  return { invocations: ticks, readUnits: ticks * READ_UNITS_PER_TICK };
}

function table(properties: Properties): Use {
  if (properties.BillingMode === 'PAY_PER_REQUEST') return { dollars: 0 };
  const indexes = Array.isArray(properties.GlobalSecondaryIndexes) ? properties.GlobalSecondaryIndexes : [];
  const hourly = [properties, ...indexes].reduce((sum, { ProvisionedThroughput: capacity }) => {
    return sum + Number(capacity.ReadCapacityUnits) * 0.00013 + Number(capacity.WriteCapacityUnits) * 0.00065;
  }, 0);
  return { dollars: hourly * HOURS_A_MONTH };
}

function stream(properties: Properties): Use {
  const shards = properties.ShardCount;
  return { dollars: HOURS_A_MONTH * (shards === undefined ? 0.04 : Number(shards) * 0.015) };
}

/** Lambda asks an empty queue with five pollers that wait 20 s each; SQS bills these requests. A stream's are free. */
function mapping(properties: Properties): Use {
  if (properties.ProvisionedPollerConfig !== undefined) throw new Error('provisioned pollers have no idle price here');
  if (properties.StartingPosition !== undefined) return { dollars: 0 };
  return { queueRequests: (5 * 30 * 24 * 3600) / 20 };
}
