import { IOT_LIMITS } from '../limits';

/** Why a topic name cannot be published on; undefined when it can. */
export function topicNameProblem(topic: string): string | undefined {
  if (topic === '') return 'the topic is empty';
  if (/[+#]/.test(topic)) return 'the topic contains a wildcard';
  if (topic.startsWith('$')) return 'topics that start with $ are reserved';
  return lengthProblem(topic);
}

/**
 * Why a topic filter cannot be subscribed to; undefined when it can. Only `$aws/` is allowed of the reserved topics.
 */
export function topicFilterProblem(filter: string): string | undefined {
  if (filter === '') return 'the filter is empty';
  if (filter.startsWith('$') && !filter.startsWith('$aws/')) return 'filters that start with $ are reserved';
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1)) return '# is not the last level';
    if (level.includes('+') && level !== '+') return '+ is not a level of its own';
  }
  return lengthProblem(filter);
}

function lengthProblem(topic: string): string | undefined {
  if (topic.includes('\u0000')) return 'the topic contains U+0000';
  if (Buffer.byteLength(topic) > IOT_LIMITS.topicBytes)
    return `the topic is longer than ${IOT_LIMITS.topicBytes} bytes`;
  const slashes = topic.split('/').length - 1;
  return slashes > IOT_LIMITS.topicSlashes ? `the topic has more than ${IOT_LIMITS.topicSlashes} slashes` : undefined;
}

/**
 * Whether a topic matches a filter by AWS's rules: unlike MQTT's, `a/#` does not match `a`
 * (docs/reference/aws-platform.md#a-multi-level-wildcard-does-not-match-its-parent). A leading wildcard does not match
 * a reserved topic.
 */
export function matchesFilter(filter: string, topic: string): boolean {
  const patterns = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && (patterns[0] === '+' || patterns[0] === '#')) return false;
  for (const [index, pattern] of patterns.entries()) {
    if (index >= levels.length) return false;
    if (pattern === '#') return true;
    if (pattern !== '+' && pattern !== levels[index]) return false;
  }
  return patterns.length === levels.length;
}
