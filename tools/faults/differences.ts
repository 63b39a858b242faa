import type { Fact } from './state';

/** What differs between the end of a day without faults and one with them. */
export interface Differences {
  /** Readings, alarms, operations and objects that are missing. */
  readonly lost: number;
  /** Those that are there more often than they should be. */
  readonly doubled: number;
  /** Those that are there and say something else. */
  readonly different: number;
  /** One line for each, for people. */
  readonly lines: readonly string[];
}

/** Compares two tenants, fact by fact. A fact may be there several times. */
export function differencesBetween(expected: readonly Fact[], found: readonly Fact[]): Differences {
  const counts = new Map<string, number>();
  for (const fact of found) counts.set(keyOf(fact), (counts.get(keyOf(fact)) ?? 0) + 1);
  for (const fact of expected) counts.set(keyOf(fact), (counts.get(keyOf(fact)) ?? 0) - 1);
  const missing = unmatched(counts, -1);
  const extra = unmatched(counts, 1);
  const known = new Set(expected.map(keyOf));
  const lines: string[] = [];
  let [lost, doubled, different] = [0, 0, 0];
  for (const fact of missing) {
    const other = extra.findIndex(
      (one) => one.about === fact.about && one.kind === fact.kind && !known.has(keyOf(one)),
    );
    if (other >= 0) {
      const [instead] = extra.splice(other, 1);
      different++;
      lines.push(`different ${fact.kind} of ${fact.about}`, ...membersThatDiffer(fact.text, instead?.text ?? ''));
    } else {
      lost++;
      lines.push(`lost ${fact.kind} of ${fact.about}: ${fact.text}`);
    }
  }
  for (const fact of extra) {
    doubled++;
    lines.push(`${known.has(keyOf(fact)) ? 'doubled' : 'unexpected'} ${fact.kind} of ${fact.about}: ${fact.text}`);
  }
  return { lost, doubled, different, lines };
}

const keyOf = (fact: Fact): string => JSON.stringify([fact.about, fact.kind, fact.text]);

function unmatched(counts: ReadonlyMap<string, number>, sign: 1 | -1): Fact[] {
  return [...counts].flatMap(([key, count]) => {
    const [about, kind, text] = JSON.parse(key) as [string, Fact['kind'], string];
    return Array.from({ length: Math.max(0, count * sign) }, () => ({ about, kind, text }));
  });
}

function membersThatDiffer(expected: string, found: string): readonly string[] {
  const [before, after] = [JSON.parse(expected), JSON.parse(found)] as Record<string, unknown>[];
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names.flatMap((name) => {
    const [one, other] = [JSON.stringify(before?.[name]), JSON.stringify(after?.[name])];
    return one === other ? [] : [`  ${name}: ${one} without faults, ${other} with them`];
  });
}
