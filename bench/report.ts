import { formatNumber, table } from '../local/table';

/** One figure to reach. */
export interface Check {
  readonly what: string;
  readonly value: number;
  /** The unit of the value, such as `ms`, or `x` for a ratio. */
  readonly unit: string;
  readonly target: { readonly is: 'at least' | 'at most' | 'exactly' | 'above'; readonly value: number };
}

/** What a bench found out: text to print, figures to reach, and the measured figures as data. */
export interface Report {
  readonly text: string;
  readonly checks: readonly Check[];
  readonly figures: unknown;
}

/** A bench, and the name by which it is asked for. */
export interface Bench {
  readonly name: string;
  readonly title: string;
  /** `progress` takes one line per step. Rejects when what was measured is wrong, not when it is slow. */
  run(progress: (line: string) => void): Promise<Report>;
}

/** Whether a figure reaches its target. */
export function reached({ value, target }: Check): boolean {
  switch (target.is) {
    case 'at least':
      return value >= target.value;
    case 'at most':
      return value <= target.value;
    case 'above':
      return value > target.value;
    case 'exactly':
      return value === target.value;
  }
}

/** The figures beside their targets, `ok` or `MISSED`. */
export function checkTable(checks: readonly Check[]): string {
  const shown = (value: number, unit: string): string =>
    `${formatNumber(value, Number.isInteger(value) ? 0 : 2)}${unit === '' || unit === 'x' ? unit : ` ${unit}`}`;
  return table(
    [{ title: 'figure', align: 'left' }, { title: 'measured' }, { title: 'target' }, { title: '', align: 'left' }],
    checks.map((check) => [
      check.what,
      shown(check.value, check.unit),
      `${check.target.is} ${shown(check.target.value, check.unit)}`,
      reached(check) ? 'ok' : 'MISSED',
    ]),
  );
}

/** Exit code of a run: 0 when every figure reaches its target, 1 otherwise. */
export const exitCodeOf = (checks: readonly Check[]): 0 | 1 => (checks.every(reached) ? 0 : 1);

/** The middle of an odd number of samples. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
