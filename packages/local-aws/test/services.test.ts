import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Service } from '../src/service';
import { type ComposedServices, resourceTypesOf } from '../src/services';
import { deploy } from '../src/template/deploy';
import type { Template } from '../src/template/template';
import { STACK, servicesOf } from './support/services';
import { lambda, queue, role } from './support/templates';

const services = servicesOf();
const types = resourceTypesOf(services.all);

function make(resources: Template['Resources'], into = services): Promise<unknown> {
  const assembly = {
    stackName: STACK.stackName,
    template: { Resources: resources },
    assets: new Map<string, string>(),
  };
  return deploy(assembly, resourceTypesOf(into.all), STACK, {});
}

afterAll(() => closed(services));

async function closed(...clouds: readonly ComposedServices[]): Promise<void> {
  await Promise.all(clouds.flatMap(({ all }) => all.map((service) => service.close?.())));
}

describe('the list of services', () => {
  it('names every service after its folder', () => {
    const folders = readdirSync(join(import.meta.dirname, '..', 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const names = services.all.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect([...names, 'endpoint', 'faults', 'meter', 'template'].sort()).toEqual(folders.sort());
  });

  it('does not start when two services claim one type', () => {
    const other: Service = { name: 'other', resources: { 'AWS::SQS::Queue': { reads: 'any', create: refuse } } };
    expect(() => resourceTypesOf([...services.all, other])).toThrow('other claims AWS::SQS::Queue');
  });

  it('refuses a type of no service by name, before it makes anything', async () => {
    const resources = { Q: queue(), Stream: { Type: 'AWS::Kinesis::Stream' } };
    await expect(make(resources)).rejects.toThrow('Stream: resource type AWS::Kinesis::Stream is not embedded here');
    expect(services.sqs.queues.all).toEqual([]);
  });

  it('is waited for when nothing runs, and may be closed before it was opened', async () => {
    const fresh = servicesOf();
    for (const service of fresh.all) await service.idle?.();
    await closed(fresh);
  });
});

function refuse(): never {
  throw new Error('nothing is made of this');
}

describe.each(services.all.map((service) => [service.name, service] as const))('%s', (_name, { resources, limits }) => {
  it('has resource types of AWS or custom ones', () => {
    expect(Object.keys(resources)).not.toEqual([]);
    for (const type of Object.keys(resources)) expect(type).toMatch(/^(AWS::\w+::\w+|Custom::\*)$/);
  });

  it('names each property once', () => {
    for (const { reads, ignores = [] } of Object.values(resources)) {
      const properties = [...(reads === 'any' ? [] : reads), ...ignores];
      expect(new Set(properties).size).toBe(properties.length);
    }
  });

  it('has limits that are positive whole numbers', () => {
    for (const limit of Object.values(limits ?? {})) expect(Number.isInteger(limit) && limit > 0).toBe(true);
  });
});

const strict = Object.entries(types).filter(([, { reads }]) => reads !== 'any');

it.each(strict.map(([type]) => type))('%s refuses an unknown property by name', async (type) => {
  const refused = make({ Thing: { Type: type, Properties: { Colour: 'red' } } });
  await expect(refused).rejects.toThrow(`Thing (${type}): property Colour is not supported`);
});

describe('state', () => {
  const resources = {
    Q: queue(),
    Role: role(),
    Later: lambda('none', 'Role', { Code: { ZipFile: 'exports.handler = async () => {}' } }),
  };
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:test-Later';
  /** Gives some state to each service that has state. */
  const fill: Readonly<Record<string, (composed: ComposedServices) => unknown>> = {
    ssm: (composed) => {
      const Properties = { Name: '/p', Type: 'String', Value: 'v' };
      return make({ P: { Type: 'AWS::SSM::Parameter', Properties } }, composed);
    },
    sqs: ({ sqs }) => sqs.queues.all[0]?.send({ body: 'kept', senderId: 'test' }),
    lambda: ({ lambda: { functions } }) => functions.invokeAsync(functionArn, '{"id":1}'),
  };

  it('is had by the services that are tried here, under keys of their own', () => {
    const withState = services.all.filter(({ state }) => state !== undefined);
    expect(withState.map(({ name }) => name).sort()).toEqual(Object.keys(fill).sort());
    expect(new Set(withState.map(({ state }) => state?.key)).size).toBe(withState.length);
  });

  it.each(Object.keys(fill))('of %s survives a restart', async (name) => {
    // with no instance, an accepted event stays pending
    const [first, second] = [servicesOf({ concurrency: 0 }), servicesOf({ concurrency: 0 })];
    const stateOf = ({ all }: ComposedServices) => all.find((service) => service.name === name)?.state;
    await make(resources, first);
    await fill[name]?.(first);
    const saved: unknown = JSON.parse(JSON.stringify(stateOf(first)?.save()));
    expect(JSON.stringify(saved)).toMatch(/"v"|"kept"|\\"id\\":1/);

    stateOf(second)?.restore(saved);
    await make(resources, second);
    await second.lambda.open();
    expect(JSON.parse(JSON.stringify(stateOf(second)?.save()))).toEqual(saved);
    await closed(first, second);
  });
});
