import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UPLINK_RULES } from '../../cdk/topics';
import { CHILD, EVERY_MODE, type Level, type Protocol } from '../../lib/protocols/protocol';
import { PROTOCOLS, TOLERATED_DOWNLINKS } from '../../lib/protocols/protocols';
import {
  carriesOperations,
  downlinkTopics,
  parseTopic,
  type RuleFilter,
  ruleFilters,
  topicRights,
} from '../../lib/protocols/topics';

type Topics = Pick<Protocol, 'uplinks' | 'downlinks'>;

const xid = { param: 'xid' };
const child: Level = { param: CHILD, rest: true };
/** Topics as Cumulocity's other protocols have them: collections, legacy rows, JSON, pairing. */
const OTHERS: readonly Topics[] = [
  {
    uplinks: [
      { name: 'custom', description: '', modes: EVERY_MODE, levels: ['uc', xid] },
      { name: 'custom_child', description: '', modes: EVERY_MODE, levels: ['uc', xid, child] },
      { name: 'default', description: '', modes: EVERY_MODE, levels: ['ud'] },
      { name: 'collection', description: '', modes: ['s'], levels: ['ut', xid] },
    ],
    downlinks: [
      { levels: ['s', 'dc', xid], carriesOperations: true },
      { levels: ['s', 'dd'], carriesOperations: true },
      { levels: ['s', 'dt'], carriesOperations: false },
    ],
  },
  {
    uplinks: [
      { name: 'legacy', description: '', modes: EVERY_MODE, levels: ['ul'] },
      { name: 'legacy_xid', description: '', modes: EVERY_MODE, levels: ['ul', { param: 'xid', rest: true }] },
    ],
    downlinks: [{ levels: ['s', 'ol', xid], carriesOperations: true }],
  },
  {
    uplinks: [
      {
        name: 'json_measurement',
        description: '',
        modes: ['', 's', 't', 'q', 'c'],
        levels: ['measurement', 'measurements', 'create'],
      },
      {
        name: 'json_inventory',
        description: '',
        modes: ['', 't'],
        levels: ['inventory', 'managedObjects', 'update', { param: 'id' }],
      },
      {
        name: 'json_children',
        description: '',
        modes: [''],
        levels: ['inventory', 'managedObjects', { param: 'id' }, 'childDevices', 'create'],
      },
    ],
    downlinks: [{ levels: ['devicecontrol', 'notifications'], carriesOperations: true }],
  },
  {
    uplinks: [{ name: 'credentials', description: '', modes: ['s'], levels: ['ucr'] }],
    downlinks: [
      { levels: ['s', 'dcr'], carriesOperations: false },
      { levels: ['s', 'dat'], carriesOperations: false },
    ],
  },
];
const ALL: readonly Topics[] = [...PROTOCOLS, ...OTHERS];

describe('parseTopic', () => {
  const parse = (topic: string) => {
    const parsed = parseTopic(topic, PROTOCOLS);
    return parsed.ok ? { mode: parsed.value.mode, ...parsed.value.params } : 'unknown';
  };

  it.each([
    ['s/us', { mode: 'PERSISTENT' }],
    ['t/us', { mode: 'TRANSIENT' }],
    ['q/us', { mode: 'QUIESCENT' }],
    ['c/us', { mode: 'CEP' }],
    ['s/us/child-1', { mode: 'PERSISTENT', child: 'child-1' }],
    ['c/us/root:device:child', { mode: 'CEP', child: 'root:device:child' }],
  ])('reads %s', (topic, expected) => {
    expect(parse(topic)).toEqual(expected);
  });

  it.each(['', 's', 'us', 'x/us', 's/ds', 's/us/', 's/us/a/b', '/s/us', 'S/us', 's/US', 's/uc/x'])(
    'refuses %j',
    (topic) => {
      expect(parse(topic)).toBe('unknown');
    },
  );

  it.each([
    ['s/us/', true],
    ['s/us/a/b', true],
    ['s/uc/x', false],
  ])('knows whose rule takes %s all the same: %s', (topic, taken) => {
    const parsed = parseTopic(topic, PROTOCOLS);
    expect(parsed.ok || parsed.error.protocol !== undefined).toBe(taken);
  });

  it('never throws, and takes any child id without a slash', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((id) => !id.includes('/')),
        fc.string(),
        (id, text) => {
          expect(parse(`s/us/${id}`)).toMatchObject({ child: id });
          expect(() => parse(text)).not.toThrow();
        },
      ),
    );
  });

  it.each([
    ['q/uc/acme', 'QUIESCENT', { xid: 'acme' }],
    ['s/uc/acme/valve', 'PERSISTENT', { xid: 'acme', child: 'valve' }],
    ['s/ul/acme', 'PERSISTENT', { xid: 'acme' }],
    ['measurement/measurements/create', 'PERSISTENT', {}],
    ['s/measurement/measurements/create', 'PERSISTENT', {}],
    ['t/measurement/measurements/create', 'TRANSIENT', {}],
    ['inventory/managedObjects/update/SN:1', 'PERSISTENT', { id: 'SN:1' }],
    ['inventory/managedObjects/update/childDevices/create', 'PERSISTENT', { id: 'update' }],
    ['inventory/managedObjects/7/childDevices/create', 'PERSISTENT', { id: '7' }],
    ['t/ucr', undefined, {}],
  ])('finds its way among many protocols: %s', (topic, mode, params) => {
    const parsed = parseTopic(topic, ALL);
    if (mode === undefined) expect(parsed.ok).toBe(false);
    else expect(parsed).toMatchObject({ ok: true, value: { mode, params } });
  });
});

describe('topicRights', () => {
  it('lets a device publish exactly on the topics it reads', () => {
    const { publish } = topicRights(PROTOCOLS);
    expect(publish).toEqual(['s/us', 's/us/*', 't/us', 't/us/*', 'q/us', 'q/us/*', 'c/us', 'c/us/*']);
  });

  it('lets a device subscribe to what it will be sent, and to what other clouds would send', () => {
    const { receive } = topicRights(PROTOCOLS, TOLERATED_DOWNLINKS);
    expect(receive).toEqual(expect.arrayContaining([...downlinkTopics(PROTOCOLS), 's/dc/*', 's/dat', 'error']));
    expect(new Set(topicRights(ALL, TOLERATED_DOWNLINKS).receive)).toEqual(new Set(receive));
  });

  it('names nothing that a wildcard covers', () => {
    const { publish } = topicRights(OTHERS.slice(0, 1));
    expect(publish.filter((topic) => topic.startsWith('s/'))).toEqual(['s/uc/*', 's/ud', 's/ut/*']);
  });
});

describe('carriesOperations', () => {
  it.each([
    [['s/ds'], true],
    [['s/e', 's/dc/acme'], true],
    [['s/dc/#'], true],
    [['s/dc/+'], true],
    [['s/ol/acme'], true],
    [['devicecontrol/notifications'], true],
    [['s/e'], false],
    [['s/dc'], false],
    [['s/dc/a/b'], false],
    [['s/dt', 's/dat'], false],
  ])('of SUBSCRIBE %j: %s', (filters, expected) => {
    expect(filters.some((filter) => carriesOperations(filter, ALL))).toBe(expected);
  });
});

/** AWS's matching: unlike MQTT's, `a/#` does not match `a`. */
function takes({ filter, prefixes }: RuleFilter, topic: string): boolean {
  const levels = topic.split('/');
  if (prefixes !== undefined && !prefixes.some((prefix) => prefix === levels[0])) return false;
  const wanted = filter.split('/');
  for (const [index, level] of wanted.entries()) {
    if (index >= levels.length) return false;
    if (level === '#') return true;
    if (level !== '+' && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}

/** Is there a topic that both filters take? */
function overlap(one: RuleFilter, other: RuleFilter): boolean {
  const words = ({ filter, prefixes }: RuleFilter): readonly (readonly string[])[] =>
    filter.split('/').map((level, index) => (index === 0 && prefixes !== undefined ? prefixes : [level]));
  const [a, b] = [words(one), words(other)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined || right === undefined) return false;
    if (left.includes('#') || right.includes('#')) return true;
    const anything = left.includes('+') || right.includes('+');
    if (!anything && !left.some((word) => right.includes(word))) return false;
  }
  return true;
}

describe('rules', () => {
  const WORDS = fc.oneof(
    fc.constantFrom('s', 't', 'q', 'c', 'x', ''),
    fc.constantFrom(...new Set(ALL.flatMap(({ uplinks }) => uplinks.flatMap(({ levels }) => levels.map(wordOf))))),
    fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 3 }),
  );
  function wordOf(level: Level): string {
    return typeof level === 'string' ? level : 'value';
  }
  /** Topics near those of the protocols: their own with values filled in, and neighbours. */
  const topics = fc.oneof(
    fc.array(WORDS, { minLength: 1, maxLength: 7 }).map((levels) => levels.join('/')),
    fc
      .tuple(
        fc.constantFrom(...ALL.flatMap(({ uplinks }) => uplinks)),
        fc.constantFrom('', 's/', 't/', 'q/', 'c/', 'x/'),
        WORDS,
        fc.constantFrom('', '/', '/more'),
      )
      .map(([{ levels }, prefix, value, end]) => {
        const words = levels.map((level) => (typeof level === 'string' ? level : value));
        return `${prefix}${words.join('/')}${end}`;
      }),
  );

  it.each([
    ['the list', PROTOCOLS],
    ['many protocols', ALL],
  ] as const)('of %s never share a topic, and take what the parser knows', (_name, protocols) => {
    const rules = protocols.flatMap(({ uplinks }) => uplinks.flatMap(ruleFilters));
    for (const [index, one] of rules.entries()) {
      for (const other of rules.slice(index + 1)) expect(overlap(one, other), `${one.name}, ${other.name}`).toBe(false);
    }
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    fc.assert(
      fc.property(topics, (topic) => {
        const taking = rules.filter((rule) => takes(rule, topic));
        expect(taking.length, `${topic} is taken by ${taking.map(({ name }) => name)}`).toBeLessThanOrEqual(1);
        const parsed = parseTopic<Topics>(topic, protocols);
        expect(parsed.ok || parsed.error.protocol !== undefined, topic).toBe(taking.length === 1);
      }),
      { numRuns: 3_000 },
    );
  });

  it('have one filter per shape, and one more where the mode may be left out', () => {
    const filters = OTHERS.flatMap(({ uplinks }) => uplinks.flatMap(ruleFilters));
    expect(Object.fromEntries(filters.map(({ name, filter }) => [name, filter]))).toEqual({
      custom: '+/uc/+',
      custom_child: '+/uc/+/#',
      default: '+/ud',
      collection: 's/ut/+',
      legacy: '+/ul',
      legacy_xid: '+/ul/#',
      json_measurement: 'measurement/measurements/create',
      json_measurement_mode: '+/measurement/measurements/create',
      json_inventory: 'inventory/managedObjects/update/+',
      json_inventory_mode: 't/inventory/managedObjects/update/+',
      json_children: 'inventory/managedObjects/+/childDevices/create',
      credentials: 's/ucr',
    });
  });

  it('are those that are deployed', () => {
    expect(UPLINK_RULES.map(({ name }) => name)).toEqual(['cirrus_uplink_static', 'cirrus_uplink_static_child']);
  });
});
