import { readFileSync } from 'node:fs';
import type { RunningCirrus } from '../../../local/cirrus';

/** A code block of README.md. */
export interface Block {
  /** The word after the three backticks. It is empty for lines of a shell. */
  readonly language: string;
  readonly text: string;
}

/** The code blocks below a heading of README.md, exactly as a reader copies them. */
export function blocksOf(heading: string): readonly Block[] {
  const readme = readFileSync('README.md', 'utf8');
  const [, after] = readme.split(`\n### ${heading}\n`);
  if (after === undefined) throw new Error(`README.md has no heading "${heading}"`);
  const section = after.split(/\n##/)[0] ?? '';
  return [...section.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

/** The same lines with the ports of this Cirrus. */
export function onPortsOf({ endpoints }: Pick<RunningCirrus, 'endpoints'>, lines: string): string {
  const { port } = new URL(endpoints.mqtt);
  return lines
    .replaceAll('-h 127.0.0.1', `-h 127.0.0.1 -p ${port}`)
    .replaceAll('http://127.0.0.1:8080', endpoints.http);
}
