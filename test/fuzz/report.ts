import { appendFileSync } from 'node:fs';

/** Adds what a fuzz file has counted to the file that `npm run fuzz` reads; without that, nothing is kept. */
export function report(counts: Readonly<Record<string, number>>): void {
  const file = process.env.FUZZ_REPORT;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(counts)}\n`);
}
