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

/** A topic of no shape; it has a protocol when the rule of one of its shapes takes it all the same. */
export interface UnknownTopic<P extends Topics = Protocol> {
  readonly protocol?: P;
}

/** Finds the one shape a topic has. A parameter may hold anything but a slash, and is never empty. */
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

/** What an IoT rule for a shape listens on: a topic filter and, where it begins with a wildcard, what may stand there. */
export interface RuleFilter {
  readonly name: string;
  readonly filter: string;
  readonly prefixes?: readonly ModePrefix[];
}

/**
 * The filters of a shape: one, and one more when the mode may be left out. `a/#` does not match `a` on AWS, so a shape
 * with a last parameter and the one without are two
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
 * What a connection may do in the protocols of the list. It may also subscribe to the topics in `tolerated`, on which the
 * platform sends nothing; `*` stands as in an IAM policy.
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

/** What the platform sends on; `*` stands as in an IAM policy. */
export const downlinkTopics = (protocols: readonly Topics[]): readonly string[] =>
  withoutCovered(protocols.flatMap(({ downlinks }) => downlinks.map(({ levels }) => resourceOf(levels))));

const resourceOf = (levels: readonly Level[]): string =>
  levels.map((level) => (typeof level === 'string' ? level : '*')).join('/');

/** A policy has little room, and `*` reaches over slashes: `a/*` covers `a/b` and `a/*` + `/*`. */
function withoutCovered(names: readonly string[]): readonly string[] {
  const covers = (name: string, other: string): boolean => name.endsWith('*') && other.startsWith(name.slice(0, -1));
  return [...new Set(names)].filter((name) => !names.some((other) => other !== name && covers(other, name)));
}

/** Does a device that subscribes to this filter want operations? Gateways put a wildcard where a parameter stands. */
export const carriesOperations = (filter: string, protocols: readonly Topics[]): boolean =>
  protocols.some(({ downlinks }) =>
    downlinks.some((shape) => shape.carriesOperations && matchLevels(shape.levels, filter.split('/')) !== undefined),
  );
