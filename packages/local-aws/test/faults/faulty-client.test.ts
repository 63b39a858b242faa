import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { InProcessDynamodb } from '../../src/dynamodb/in-process';
import { type CallFault, CallFaults } from '../../src/faults/call-faults';
import { makeFaulty } from '../../src/faults/faulty-client';
import { inProcessSettings } from '../../src/faults/in-process';
import { SeededRandom } from '../../src/faults/seeded-random';
import { type InvocationFaults, Simulation } from '../../src/faults/simulation';

/** Gives the faults of a list to the calls, one after the other; then none. */
class ListedFaults extends CallFaults {
  constructor(
    private readonly listed: (CallFault | undefined)[],
    private readonly handedBack: number[] = [],
  ) {
    super(new SeededRandom('a'), {});
  }

  override next(): CallFault | undefined {
    return this.listed.shift();
  }

  override unprocessed(): number {
    return this.handedBack.shift() ?? 0;
  }

  override wasDone(): boolean {
    return true;
  }
}

const item = (id: string) => ({ pk: { S: id }, sk: { S: 'a' } });
const put = (id: string) =>
  new PutItemCommand({ TableName: 'Data', Item: item(id), ConditionExpression: 'attribute_not_exists(pk)' });

describe('a client with faults', () => {
  let database: InProcessDynamodb;
  let plain: DynamoDBClient;

  beforeEach(async () => {
    database = new InProcessDynamodb();
    plain = new DynamoDBClient(inProcessSettings(database));
    await plain.send(
      new CreateTableCommand({
        TableName: 'Data',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
  });

  const exists = async (id: string): Promise<boolean> =>
    (await plain.send(new GetItemCommand({ TableName: 'Data', Key: item(id) }))).Item !== undefined;

  /** What the work comes to in a simulation: its value or its error. */
  async function within<T>(faults: CallFaults, work: (client: DynamoDBClient) => Promise<T>, ofAll?: InvocationFaults) {
    const simulation = new Simulation({ start: 0, random: new SeededRandom('a'), longestCall: 1 });
    const process = simulation.process();
    const client = new DynamoDBClient(inProcessSettings(database));
    makeFaulty(client, { service: 'dynamodb', process, faults });
    let outcome: unknown;
    simulation.at(0, () => {
      void process
        .invoke(() => work(client), ofAll)
        .then(
          (value) => {
            outcome = value;
          },
          (error: unknown) => {
            outcome = error;
          },
        );
    });
    await simulation.run();
    return outcome;
  }

  it.each<CallFault>(['throttled', 'lostRequest', 'failed'])('is repeated by the SDK after: %s', async (fault) => {
    expect(await within(new ListedFaults([fault, fault]), (client) => client.send(put('x')))).not.toBeInstanceOf(Error);
    expect(await exists('x')).toBe(true);
  });

  it.each<CallFault>(['throttled', 'lostRequest', 'failed'])('fails after three times: %s', async (fault) => {
    const faults = new ListedFaults([fault, fault, fault]);
    expect(await within(faults, (client) => client.send(put('x')))).toBeInstanceOf(Error);
    expect(await exists('x')).toBe(false);
  });

  it.each<CallFault>(['lostAnswer', 'timedOut'])('repeats a write that was carried out: %s', async (fault) => {
    // so the condition fails on its own write
    expect(await within(new ListedFaults([fault]), (client) => client.send(put('x')))).toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    expect(await exists('x')).toBe(true);
  });

  it('hands a part of a batch back', async () => {
    const requests = ['a', 'b', 'c'].map((id) => ({ PutRequest: { Item: item(id) } }));
    const send = (client: DynamoDBClient) =>
      client.send(new BatchWriteItemCommand({ RequestItems: { Data: requests } }));
    expect(await within(new ListedFaults([], [2]), send)).toMatchObject({
      UnprocessedItems: { Data: requests.slice(1) },
    });
    expect([await exists('a'), await exists('b')]).toEqual([true, false]);
    expect(await within(new ListedFaults([], [3]), send)).toMatchObject({ UnprocessedItems: { Data: requests } });
  });

  it('fails every call of a poisoned invocation, with its cause', async () => {
    const work = async (client: DynamoDBClient) => {
      await client.send(put('first'));
      await client.send(put('second'));
    };
    const outcome = await within(new CallFaults(new SeededRandom('a'), {}), work, { failsAfter: 1 });
    expect(outcome).toMatchObject({ message: 'failed by the fault schedule' });
    expect([await exists('first'), await exists('second')]).toEqual([true, false]);
  });

  it('leaves the SDK room where faults in a row are limited', async () => {
    const faults = new CallFaults(new SeededRandom('a'), { dynamodb: { throttled: 1 } });
    const work = (client: DynamoDBClient) => client.send(put('x'));
    expect(await within(faults, work)).toBeInstanceOf(Error);
    expect(await within(faults, work, { faultsInARow: 2 })).not.toBeInstanceOf(Error);
  });

  it('gives each fault about as often as its rate says', async () => {
    const counts: Record<string, number> = {};
    const rates = { dynamodb: { throttled: 0.1, lostAnswer: 0.05 } };
    const faults = new CallFaults(new SeededRandom('a'), rates, (fault) => {
      counts[fault] = (counts[fault] ?? 0) + 1;
    });
    for (let call = 0; call < 2_000; call++) faults.next({ service: 'dynamodb', invocation: undefined, inARow: 0 });
    expect(counts.throttled).toBeGreaterThan(150);
    expect(counts.lostAnswer).toBeGreaterThan(70);
    expect(faults.next({ service: 'sqs', invocation: undefined, inARow: 0 })).toBeUndefined();
    const query = new QueryCommand({
      TableName: 'Data',
      KeyConditionExpression: 'pk = :a',
      ExpressionAttributeValues: { ':a': { S: 'x' } },
    });
    expect(await plain.send(query)).toMatchObject({ Count: 0 });
  });
});
