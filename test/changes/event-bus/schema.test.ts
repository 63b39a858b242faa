import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { changesJsonSchema, SCHEMA_FILE } from '../../../lib/changes/event-bus/json-schema';
import { changesEvent } from '../../../lib/changes/event-bus/schema';

/** The example in the guide. */
const GUIDE = readFileSync('docs/events/README.md', 'utf8');
const example = (): { readonly [name: string]: unknown } => {
  const [, text = ''] = /```json\n(\{\n {2}"version": "0".*?)```/s.exec(GUIDE) ?? [];
  return JSON.parse(text).detail;
};

describe('the schema of events', () => {
  it('is published as the code has it: npm run events:schema', () => {
    expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(changesJsonSchema());
  });

  it('takes the event in the guide', () => {
    expect(changesEvent.parse(example())).toEqual(example());
  });

  it.each([
    ['another version', { version: 2 }],
    ['no tenant', { tenant: '' }],
    ['an unknown mode', { mode: 'LOUD' }],
    ['a time that is none', { receivedAt: 'yesterday' }],
    ['no changes', { changes: [] }],
    ['an object without id', { changes: [{ api: 'events', action: 'CREATE', object: {} }] }],
    ['an unknown kind', { changes: [{ api: 'things', action: 'CREATE', object: { id: '1' } }] }],
  ])('refuses %s', (_, wrong) => {
    expect(changesEvent.safeParse({ ...example(), ...wrong }).success).toBe(false);
  });
});
