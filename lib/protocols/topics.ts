import { fail, ok, type Result } from '../base/result';
import type { ProcessingMode } from '../changes/modes';
import type { ConnectionTopics } from '../connections/policy';
import type { Level, ModePrefix, Protocol, UplinkShape } from './protocol';

type Topics = Pick<Protocol, 'uplinks' | 'downlinks'>;

const MODES: Readonly<Record<ModePrefix, ProcessingMode>> = {
  '': 'PERSISTENT',
  s: 'PERSISTENT',
  t: 'TRANSIENT',
  q: 'QUIESCENT',
  c: 'CEP',
};
const PREFIXES: readonly ModePrefix[] = ['', 's', 't', 'q', 'c'];

/** What an uplink topic says. */
export interface UplinkTopic<P extends Topics = Protocol> {
  readonly protocol: P;
  readonly mode: ProcessingMode;
  readonly params: Readonly<Record<string, string>>;
}

/** A topic that has no shape. It has a protocol when the IoT rule of one of the protocol's shapes takes it. */
export interface UnknownTopic<P extends Topics = Protocol> {
  readonly protocol?: P;
}

/** Finds the shape of a topic. A parameter may hold anything but a slash, and is never empty. */
export function parseTopic<P extends Topics>(
  topic: string,
  protocols: readonly P[],
): Result<UplinkTopic<P>, UnknownTopic<P>> {
  const parts = topic.split('/');
  for (const protocol of protocols) {
    for (const shape of protocol.uplinks) {
      const found = matchShape(shape, parts);
      if (found === undefined) continue;
      const readable = Object.values(found.params).every((value) => value !== '' && !value.includes('/'));
      return readable ? ok({ protocol, ...found }) : fail({ protocol });
    }
  }
  return fail({});
}

function matchShape(
  { modes, levels }: UplinkShape,
  parts: readonly string[],
): Omit<UplinkTopic, 'protocol'> | undefined {
  for (const prefix of modes) {
    if (prefix !== '' && parts[0] !== prefix) continue;
    const params = matchLevels(levels, prefix === '' ? parts : parts.slice(1));
    if (params !== undefined) return { mode: MODES[prefix], params };
  }
  return undefined;
}

function matchLevels(levels: readonly Level[], parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, level] of levels.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (typeof level !== 'string' && level.rest) return { ...params, [level.param]: parts.slice(index).join('/') };
    if (typeof level !== 'string') params[level.param] = part;
    else if (level !== part) return undefined;
  }
  return levels.length === parts.length ? params : undefined;
}

/** The topic filter of an IoT rule. Where it begins with a wildcard, `prefixes` are the modes that may stand there. */
export interface RuleFilter {
  readonly name: string;
  readonly filter: string;
  readonly prefixes?: readonly ModePrefix[];
}

/**
 * The filters of a shape: one, or two when the mode may be left out. On AWS `a/#` does not match `a`. So topics with a
 * last parameter and topics without it are two shapes
 * (docs/reference/aws-platform.md#a-multi-level-wildcard-does-not-match-its-parent).
 */
export function ruleFilters({ name, modes, levels }: UplinkShape): readonly RuleFilter[] {
  const filter = levels.map((level) => (typeof level === 'string' ? level : level.rest ? '#' : '+')).join('/');
  const letters = modes.filter((prefix) => prefix !== '');
  const plain: RuleFilter[] = modes.includes('') ? [{ name, filter }] : [];
  const [only, ...more] = letters;
  if (only === undefined) return plain;
  const own = plain.length === 0 ? name : `${name}_mode`;
  if (more.length === 0) return [...plain, { name: own, filter: `${only}/${filter}` }];
  return [...plain, { name: own, filter: `+/${filter}`, prefixes: letters }];
}

/**
 * What a connection may do in the protocols of the list. It may also subscribe to the topics in `tolerated`, on which
 * the platform sends nothing. `*` means what it means in an IAM policy.
 */
export function topicRights(protocols: readonly Topics[], tolerated: readonly string[] = []): ConnectionTopics {
  return {
    publish: withoutCovered(
      PREFIXES.flatMap((prefix) =>
        protocols
          .flatMap(({ uplinks }) => uplinks)
          .filter(({ modes }) => modes.includes(prefix))
          .map(({ levels }) => resourceOf(prefix === '' ? levels : [prefix, ...levels])),
      ),
    ),
    receive: withoutCovered([...downlinkTopics(protocols), ...tolerated]),
  };
}

/** The topics the platform sends on. `*` means what it means in an IAM policy. */
export const downlinkTopics = (protocols: readonly Topics[]): readonly string[] =>
  withoutCovered(protocols.flatMap(({ downlinks }) => downlinks.map(({ levels }) => resourceOf(levels))));

const resourceOf = (levels: readonly Level[]): string =>
  levels.map((level) => (typeof level === 'string' ? level : '*')).join('/');

/** Leaves out names that another one covers, because a policy has little room. In a policy `*` matches slashes too. */
function withoutCovered(names: readonly string[]): readonly string[] {
  const covers = (name: string, other: string): boolean => name.endsWith('*') && other.startsWith(name.slice(0, -1));
  return [...new Set(names)].filter((name) => !names.some((other) => other !== name && covers(other, name)));
}

/**
 * Whether a device that subscribes to this filter wants operations. A gateway may have a wildcard where the shape has a
 * parameter.
 */
export const carriesOperations = (filter: string, protocols: readonly Topics[]): boolean =>
  protocols.some(({ downlinks }) =>
    downlinks.some((shape) => shape.carriesOperations && matchLevels(shape.levels, filter.split('/')) !== undefined),
  );
