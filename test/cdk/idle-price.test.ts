import { describe, expect, it } from 'vitest';
import { idlePrice } from './idle-price';
import { type Resources, resourcesOf, templateOf } from './synthesized';

const stack = resourcesOf(templateOf());

describe('the idle price', () => {
  it('of the synthesized stack is less than half a cent: $0.00', () => {
    const { total, lines } = idlePrice(stack);
    console.log(
      ['Idle price of the stack, a month:', ...lines, `$${total.toFixed(2).padStart(6)}  in total`].join('\n'),
    );
    expect(total).toBeLessThan(0.005);
  });

  it.each<[string, number, Resources[string]]>([
    [
      'a provisioned table with an index',
      730 * 10 * 0.00078,
      {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
          GlobalSecondaryIndexes: [{ ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 } }],
        },
      },
    ],
    ['an on-demand stream', 29.2, { Type: 'AWS::Kinesis::Stream', Properties: {} }],
    ['two shards', 21.9, { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 2 } }],
    ['a NAT gateway', 32.85, { Type: 'AWS::EC2::NatGateway' }],
    ['a secret', 0.4, { Type: 'AWS::SecretsManager::Secret' }],
    ['a key', 1, { Type: 'AWS::KMS::Key' }],
    ['a second polled queue', 0.148, { Type: 'AWS::Lambda::EventSourceMapping' }],
  ])('rises with %s', (_, dollars, added) => {
    const { total } = idlePrice({ ...stack, Added: added });
    expect(total - idlePrice(stack).total).toBeCloseTo(dollars, 5);
  });

  it('rises with the eleventh alarm', () => {
    const alarms = (count: number): Resources =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`Alarm${n}`, { Type: 'AWS::CloudWatch::Alarm' }]));
    expect(idlePrice(alarms(10)).total).toBe(0);
    expect(idlePrice(alarms(11)).total).toBeCloseTo(0.1);
  });

  it('of a type nobody looked up is an error that names it', () => {
    expect(() => idlePrice({ Cluster: { Type: 'AWS::RDS::DBCluster' } })).toThrow(
      'Cluster: the idle price of AWS::RDS',
    );
  });
});
