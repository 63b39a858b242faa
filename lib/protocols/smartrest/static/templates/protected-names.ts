import type { SpelledRefusal } from '../../../protocol';
import { refusal } from '../../refusals';

/**
 * Members that every object of a kind has. A device can neither clear nor overwrite them
 * (docs/reference/static-templates.md#protected-names).
 */
const PROTECTED = {
  'managed object': ['id', 'self', 'type', 'time', 'owner', 'source', 'creationTime', 'lastUpdated'],
  alarm: [
    ...['id', 'self', 'type', 'time', 'owner', 'source', 'creationTime', 'lastUpdated'],
    ...['text', 'severity', 'status', 'count', 'firstOccurrenceTime'],
  ],
  event: ['id', 'self', 'type', 'time', 'owner', 'source', 'creationTime', 'lastUpdated', 'text'],
} as const;

/** The refusal of a row that would clear a protected member (107, 307, 407); undefined when `names` has none. */
export function protectedNames(kind: keyof typeof PROTECTED, names: readonly string[]): SpelledRefusal | undefined {
  const taken: readonly string[] = PROTECTED[kind];
  const found = names.find((name) => taken.includes(name));
  if (found === undefined) return undefined;
  return refusal(45, `${found} belongs to every ${kind} and cannot be cleared`, 'name custom fragments only');
}
