import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileJournal, type JournalEntry } from '../src/journal';

let folder: string;
let file: string;
let logs: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-test-'));
  file = join(folder, 'journal.jsonl');
  logs = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function journalOf(now: () => Iterable<JournalEntry> = () => [], compactBytes?: number): FileJournal {
  const more = compactBytes === undefined ? {} : { compactBytes };
  return new FileJournal({ file, entries: now, onLog: (line) => logs.push(line), ...more });
}

const entry = (id: string, value: unknown = { id }): JournalEntry => ({ key: 'events', owner: 'f', id, value });
const lines = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

describe('a journal', () => {
  it('is empty before its first run', () => {
    expect(journalOf().replay()).toEqual({});
  });

  it('gives back what was not ended, in its order and as it was last', () => {
    const journal = journalOf();
    journal.open();
    for (const id of ['a', 'b', 'c']) journal.keep(entry(id));
    journal.keep({ key: 'queues', owner: 'q', id: 'm', value: 'text with a\nline' });
    journal.amend(entry('a', { id: 'a', attempts: 1 }));
    journal.drop(entry('b'));
    // another process reads it while this one has not closed it, as after a kill
    expect(journalOf().replay()).toEqual({
      events: { f: [{ id: 'a', attempts: 1 }, { id: 'c' }] },
      queues: { q: ['text with a\nline'] },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('reads up to a line that was cut off, and says how much it left out', () => {
    const journal = journalOf();
    journal.open();
    journal.keep(entry('a'));
    appendFileSync(file, '["events","f","b",{"i');
    expect(journalOf().replay()).toEqual({ events: { f: [{ id: 'a' }] } });
    expect(logs).toEqual([`${file}: the last 21 bytes cannot be read and are left out`]);
  });

  it('starts with the entries of now and ends with them', () => {
    const now: JournalEntry[] = [entry('old')];
    const journal = journalOf(() => now);
    journal.open();
    expect(lines()).toHaveLength(1);
    journal.keep(entry('new'));
    journal.drop(entry('old'));
    journal.drop(entry('new'));
    expect(lines()).toHaveLength(4);
    now.length = 0;
    journal.close();
    expect(lines()).toEqual([]);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it('is written anew when it has grown, with what has not ended', async () => {
    const now: JournalEntry[] = [];
    const journal = journalOf(() => now, 1_000);
    journal.open();
    for (let n = 0; n < 100; n++) {
      journal.keep(entry(`e${n}`));
      journal.drop(entry(`e${n}`));
      // it waits until the change that filled it is complete
      await new Promise(setImmediate);
    }
    expect(statSync(file).size).toBeLessThan(1_100);
    now.push(entry('last'));
    journal.keep(entry('last'));
    expect(journalOf().replay()).toEqual({ events: { f: [{ id: 'last' }] } });
  });

  it('writes nothing before it is open', () => {
    journalOf().keep(entry('a'));
    expect(existsSync(file)).toBe(false);
  });
});
