import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, ChangeContext } from '../../../lib/changes/changes';
import { ENTRY_BYTES, entriesOf } from '../../../lib/changes/event-bus/entries';
import { type ChangesEvent, changesEvent } from '../../../lib/changes/event-bus/schema';

const CONTEXT: ChangeContext = {
  tenant: 't1',
  mode: 'TRANSIENT',
  receivedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  messageId: 'trace-1',
};
const change = (sourceId: string, id: string, more: Change['object'] = {}): Change => ({
  api: 'measurements',
  action: 'CREATE',
  sourceId,
  object: { id, ...more },
});
const detailsOf = (...changes: readonly Change[]): ChangesEvent[] =>
  entriesOf('bus', CONTEXT, changes).map(({ entry }) => changesEvent.parse(JSON.parse(entry.Detail)));

describe('entries', () => {
  it('are one per source, in the order of the first changes', () => {
    const changes = [change('7', 'a'), change('8', 'b'), change('7', 'c')];
    expect(detailsOf(...changes)).toEqual([
      {
        version: 1,
        tenant: 't1',
        source: '7',
        mode: 'TRANSIENT',
        receivedAt: '2026-01-02T03:04:05.678Z',
        messageId: 'trace-1',
        changes: [
          { api: 'measurements', action: 'CREATE', object: { id: 'a' } },
          { api: 'measurements', action: 'CREATE', object: { id: 'c' } },
        ],
      },
      expect.objectContaining({ source: '8', changes: [expect.objectContaining({ object: { id: 'b' } })] }),
    ]);
  });

  it('say bus, source, type and time as EventBridge wants them', () => {
    const [first] = entriesOf('bus', CONTEXT, [change('7', 'a')]);
    expect(first?.entry).toMatchObject({
      EventBusName: 'bus',
      Source: 'cirrus',
      DetailType: 'Cirrus Changes',
      Time: CONTEXT.receivedAt / 1000,
    });
  });

  it('go on in another entry when one is full', () => {
    const large = (id: string) => change('7', id, { text: 'é'.repeat(60_000) });
    const details = detailsOf(large('a'), large('b'), large('c'));
    expect(details.map(({ changes }) => changes.map(({ object }) => object.id))).toEqual([['a', 'b'], ['c']]);
  });

  it('name an object that is too large by its id', () => {
    const [detail] = detailsOf(change('7', 'a'), change('7', 'huge', { text: 'x'.repeat(ENTRY_BYTES) }));
    expect(detail?.changes[1]).toEqual({
      api: 'measurements',
      action: 'CREATE',
      object: { id: 'huge' },
      reduced: true,
    });
  });

  it('keep every change once, in order per source, and never exceed what EventBridge takes', () => {
    const changes = fc.array(
      fc.record({ source: fc.constantFrom('1', '2', '3'), size: fc.constantFrom(0, 10, 5_000, 130_000, 300_000) }),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(changes, (drafts) => {
        const made = drafts.map(({ source, size }, at) => change(source, String(at), { text: 'x'.repeat(size) }));
        const entries = entriesOf('bus', CONTEXT, made);
        for (const { entry, bytes } of entries) {
          expect(Buffer.byteLength(entry.Detail)).toBeLessThanOrEqual(ENTRY_BYTES);
          expect(bytes).toBeLessThanOrEqual(256 * 1024);
        }
        const details = entries.map(({ entry }) => changesEvent.parse(JSON.parse(entry.Detail)));
        for (const source of ['1', '2', '3']) {
          const got = details.filter((detail) => detail.source === source).flatMap((detail) => detail.changes);
          const given = made.filter(({ sourceId }) => sourceId === source);
          expect(got.map(({ object }) => object.id)).toEqual(given.map(({ object }) => object.id));
        }
      }),
      { numRuns: 50 },
    );
  });
});
