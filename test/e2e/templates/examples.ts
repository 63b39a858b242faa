import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fields } from './stage';

/** A worked example. docs/reference/static-templates.md#how-to-read-the-examples is the legend of `expect`. */
export interface Example {
  readonly n: number;
  readonly topic: string;
  readonly payload: string;
  readonly expect: readonly Fields[];
}

const FILE = join(import.meta.dirname, '..', '..', 'protocols', 'smartrest', 'static', 'static-examples.json');
const SERIAL = /TK-4711/g;

export const EXAMPLES: readonly Example[] = JSON.parse(readFileSync(FILE, 'utf8'));

/** The root device of an example's own copy. */
export const serialOf = ({ n }: Example, run: string): string => `TK-${run}-${n}`;

/** The example about a device of its own, so that all of them can share one cloud. */
export function ownCopy(example: Example, run: string): Example {
  return JSON.parse(JSON.stringify(example).replace(SERIAL, serialOf(example, run)));
}
