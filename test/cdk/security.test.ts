import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { CirrusStack } from '../../cdk/stack';
import { cirrusApp } from '../../cdk/synthesize';
import { PROTOCOLS } from '../../lib/protocols/protocols';
import { downlinkTopics } from '../../lib/protocols/topics';
import { type Properties, resourcesOf, templateOf, WITHOUT_BUNDLES } from './synthesized';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

const DOMAIN = {
  domainName: 'iot.example.com',
  certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0f5c1c2e-1111-2222-3333-444455556666',
};
const template = templateOf(DOMAIN);
const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** Every allowance of every role, with the resource as JSON text. */
const allowances = Object.entries(resourcesOf(template, 'AWS::IAM::Policy')).flatMap(([id, { Properties: policy }]) =>
  (policy as { PolicyDocument: { Statement: readonly Statement[] } }).PolicyDocument.Statement.flatMap((statement) =>
    listOf(statement.Resource).map((resource) => ({ id, statement, resource: JSON.stringify(resource) })),
  ),
);

describe('cdk-nag, AwsSolutions', () => {
  it.each([{}, { target: 'emulator' }, DOMAIN])('finds nothing with %j', (context) => {
    const app = cirrusApp({ context: { ...context, ...WITHOUT_BUNDLES } });
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName, violatingResources }) => ({ ruleName, violatingResources }))).toEqual([]);
  });

  it('is silenced on single resources only, each time with a reason', () => {
    const app = cirrusApp({ context: WITHOUT_BUNDLES });
    const acknowledged = app.node
      .findAll()
      .flatMap((at) =>
        at.node.metadata.filter((entry) => /acknowledged/i.test(entry.type)).map((entry) => ({ at, entry })),
      );
    expect(acknowledged.length).toBeGreaterThan(3);
    for (const { at, entry } of acknowledged) {
      expect(at.node.findAll().length, `${at.node.path} covers many resources`).toBeLessThanOrEqual(7);
      expect(JSON.stringify(entry.data).length).toBeGreaterThan(60);
    }
  });

  it('would find a wildcard somebody adds', () => {
    const app = new App({ context: WITHOUT_BUNDLES });
    const stack = new CirrusStack(app, 'Test', {});
    stack.cirrus.httpApi.function.allow(['s3:GetObject'], ['*']);
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(['AwsSolutions-IAM5[Resource::*]']);
  });
});

describe('roles', () => {
  it('have no wildcard in an action', () => {
    for (const { statement } of allowances) {
      for (const action of listOf(statement.Action)) expect(action).not.toContain('*');
    }
  });

  it('have a wildcard in a resource only where AWS has nothing narrower', () => {
    const wild = allowances.filter(({ resource }) => resource.includes('*'));
    expect(wild.map(({ statement }) => listOf(statement.Action).join()).sort()).toEqual([
      ...Array(4).fill('execute-api:ManageConnections'),
      ...Array(2).fill('iot:DeleteConnection'),
      'iot:DescribeEndpoint',
      'iot:SendDirectMessage',
      'iot:SendDirectMessage',
      'logs:CreateLogGroup,logs:CreateLogStream,logs:PutLogEvents',
    ]);
  });

  it('may write to devices on downlink topics and nowhere else', () => {
    const senders = allowances.filter(({ statement }) => statement.Action === 'iot:SendDirectMessage');
    expect(senders.map(({ id }) => id.replace(/RoleDefaultPolicy.*/, ''))).toEqual([
      'CirrusIngestionIngest',
      'CirrusDeliveryDeliver',
    ]);
    for (const { statement } of senders) {
      expect(statement.Condition).toEqual({ StringLike: { 'iot:Topic': downlinkTopics(PROTOCOLS) } });
    }
  });

  it('may ask for deliveries where operations are made or a device begins to listen, and nowhere else', () => {
    const askers = allowances.filter(
      ({ statement, resource }) =>
        listOf(statement.Action).includes('sqs:SendMessage') && resource.includes('CirrusDeliveryQueueRequests'),
    );
    expect(askers.map(({ id }) => id.replace(/RoleDefaultPolicy.*/, ''))).toEqual([
      'CirrusLifecycle',
      'CirrusHttpApiRest',
    ]);
  });

  it.each([
    ['CirrusDeviceEndpointAuthorize', ['GetItem', 'PutItem', 'UpdateItem']],
    ['CirrusLifecycle', ['GetItem', 'PutItem', 'Query', 'UpdateItem']],
    ['CirrusDeliveryDeliver', ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem']],
  ])('%s touches the registry with no more than it needs, and no readings', (role, actions) => {
    const own = allowances.filter(({ id }) => id.startsWith(`${role}RoleDefaultPolicy`));
    const onTables = own.filter(({ statement }) => listOf(statement.Action).join().includes('dynamodb:'));
    expect(onTables).toHaveLength(1);
    expect(onTables[0]?.resource).toMatch(/CirrusTablesRegistry[^/]*"Arn"/);
    expect([...listOf(onTables[0]?.statement.Action)].sort()).toEqual(actions.map((action) => `dynamodb:${action}`));
  });

  it('of functions may each write to a log group of their own', () => {
    const writers = allowances.filter(
      ({ statement }) => listOf(statement.Action).join() === 'logs:CreateLogStream,logs:PutLogEvents',
    );
    const groups = new Set(writers.map(({ resource }) => resource));
    expect(groups.size).toBe(Object.keys(resourcesOf(template, 'AWS::Lambda::Function')).length);
    for (const { id } of writers) expect(id).toMatch(/RoleDefaultPolicy/);
  });

  it('use no policy that AWS manages', () => {
    for (const role of Object.values(resourcesOf(template, 'AWS::IAM::Role'))) {
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });
});

describe('permissions to invoke', () => {
  const permissions = Object.values(resourcesOf(template, 'AWS::Lambda::Permission'));

  it('all name source and account', () => {
    expect(permissions).toHaveLength(12);
    for (const { Properties: permission } of permissions) {
      expect(permission).toMatchObject({ Action: 'lambda:InvokeFunction', SourceAccount: { Ref: 'AWS::AccountId' } });
      expect(permission).toHaveProperty('SourceArn');
    }
  });

  it('are given to one rule, one authorizer or one API each', () => {
    const sources = permissions.map(({ Properties: permission = {} }) =>
      JSON.stringify((permission as Properties).SourceArn),
    );
    expect(new Set(sources).size).toBe(permissions.length);
  });
});

describe('queues', () => {
  it('are encrypted and refuse plain HTTP', () => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue');
    for (const queue of Object.values(queues)) expect(queue.Properties).toMatchObject({ SqsManagedSseEnabled: true });
    const policies = JSON.stringify(resourcesOf(template, 'AWS::SQS::QueuePolicy'));
    expect(policies.match(/"aws:SecureTransport":"false"/g)).toHaveLength(Object.keys(queues).length);
  });
});
