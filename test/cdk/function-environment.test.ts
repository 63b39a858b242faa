import { readFileSync } from 'node:fs';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { entryOf } from '../../cdk/bundle';
import { CirrusEventRule } from '../../cdk/event-rule';
import { cirrusApp } from '../../cdk/synthesize';
import type * as environments from '../../lib/base/environment';
import { type Properties, resourcesOf, templateOfApp, WITHOUT_BUNDLES } from './synthesized';

/** The functions that read variables, with who reads them. */
const READERS = {
  authorize: 'authorizeEnvironment',
  ingest: 'ingestEnvironment',
  lifecycle: 'lifecycleEnvironment',
  deliver: 'deliverEnvironment',
  availability: 'availabilityEnvironment',
  api: 'apiEnvironment',
  realtime: 'realtimeEnvironment',
  fanout: 'fanoutEnvironment',
  'event-rule': 'eventRuleEnvironment',
} as const satisfies Record<string, keyof typeof environments>;
type FunctionName = keyof typeof READERS;
const FUNCTIONS = Object.keys(READERS) as FunctionName[];

/** Custom resources that are given everything with their request. */
const WITHOUT_VARIABLES = ['secrets', 'endpoint'];
/** Read by Powertools, in every function. */
const OF_THE_LOGGER = ['LOG_LEVEL', 'POWERTOOLS_SERVICE_NAME'];
/** Set by Lambda's runtime or by an emulator, never by the stack. */
const OF_THE_RUNTIME = /^AWS_/;

/** What each function is given on AWS and on an emulator together. */
function given(): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const target of ['aws', 'emulator']) {
    const app = cirrusApp({
      context: { target, ...WITHOUT_BUNDLES },
      extend: (stack) => {
        const targets = [new SqsQueue(new Queue(stack, 'Target'))];
        new CirrusEventRule(stack, 'Rule', { cirrus: stack.cirrus, tenant: 't100', targets });
      },
    });
    for (const { Properties: properties = {} } of Object.values(
      resourcesOf(templateOfApp(app), 'AWS::Lambda::Function'),
    )) {
      const name = String(properties.FunctionName).replace(/^cirrus-/, '');
      const variables = Object.keys(
        (properties.Environment as { Variables?: Properties } | undefined)?.Variables ?? {},
      );
      const own = variables.filter((variable) => !OF_THE_LOGGER.includes(variable));
      names.set(name, new Set([...(names.get(name) ?? []), ...own]));
    }
  }
  return names;
}

/** The names that are looked up in an object, from now on. */
function recorded<T extends object>(object: T): { readonly object: T; readonly asked: ReadonlySet<string> } {
  const asked = new Set<string>();
  const get = (from: T, name: string | symbol): unknown => {
    if (typeof name === 'string') asked.add(name);
    return Reflect.get(from, name);
  };
  return { object: new Proxy(object, { get }), asked };
}

/** A value for every variable; a number, because one of them has to be one. */
const VARIABLES = {
  REGISTRY_TABLE: '1',
  TELEMETRY_TABLE: '1',
  DELIVERY_QUEUE_URL: '1',
  EVENT_BUS_NAME: '1',
  FANOUT_FUNCTION: '1',
  PAYLOAD_LIMIT: '1',
  HASH_KEY_PARAMETER: '1',
  POLICY_ARN_PREFIX: '1',
  WEBSOCKET_ENDPOINT: 'https://localhost',
};

/** What the functions' modules looked up in the object their reader made. */
const used = vi.hoisted(() => new Map<string, ReadonlySet<string>>());
vi.mock('../../lib/base/environment', async (importOriginal) => {
  const original = await importOriginal<typeof environments>();
  const read = (name: (typeof READERS)[FunctionName]) => (environment?: NodeJS.ProcessEnv) => {
    const { object, asked } = recorded<object>(original[name](environment));
    if (environment === undefined) used.set(name, asked);
    return object;
  };
  return { ...original, ...Object.fromEntries(Object.values(READERS).map((name) => [name, read(name)])) };
});

const source = (name: string): string => readFileSync(entryOf(name), 'utf8');

describe('the environment of each function', () => {
  const all = given();
  let read: typeof environments;
  beforeAll(async () => {
    for (const [name, value] of Object.entries({ ...VARIABLES, AWS_REGION: 'eu-central-1' })) vi.stubEnv(name, value);
    read = await import('../../lib/base/environment');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it('is in this table, function by function', () => {
    expect([...all.keys()].sort()).toEqual([...FUNCTIONS, ...WITHOUT_VARIABLES].sort());
    for (const name of WITHOUT_VARIABLES) {
      expect([...(all.get(name) ?? [])], name).toEqual([]);
      expect(source(name)).not.toMatch(/base\/environment/);
    }
  });

  it.each(FUNCTIONS)('%s is given what it reads, and reads what it is given', (name) => {
    const { object, asked } = recorded<NodeJS.ProcessEnv>({ ...VARIABLES });
    read[READERS[name]](object);
    const own = [...asked].filter((variable) => !OF_THE_RUNTIME.test(variable));
    expect(own.sort()).toEqual([...(all.get(name) ?? [])].sort());
  });

  it.each(FUNCTIONS)('%s uses everything it reads', async (name) => {
    await import(entryOf(name));
    const atStart = used.get(READERS[name]) ?? new Set<string>();
    const later = [...source(name).matchAll(/\benvironment\.(\w+)/g)].map(([, property]) => property);
    const values = read[READERS[name]]({ ...VARIABLES });
    expect(Object.keys(values).filter((property) => !atStart.has(property) && !later.includes(property))).toEqual([]);
  });
});
