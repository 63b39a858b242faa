import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_INSTANT, LAST_INSTANT } from '../../../lib/base/instant';
import { readingId, readingPlace } from '../../../lib/platform/readings/ids';

const DEVICE = '194212345678123456';
const reading = { time: '2026-02-03T04:05:06.789Z', instant: Date.UTC(2026, 1, 3, 4, 5, 6, 789), content: ['T', {}] };

describe('readingId', () => {
  it('is decimal digits that tell device and time', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 18n }).map(String),
        fc.integer({ min: FIRST_INSTANT, max: LAST_INSTANT }),
        fc.jsonValue(),
        (device, instant, content) => {
          const id = readingId(
            device,
            { ...reading, instant, content: JSON.parse(JSON.stringify(content)) },
            { by: 'content' },
          );
          expect(id).toMatch(/^\d+$/);
          expect(readingPlace(id)).toMatchObject({ device, instant });
        },
      ),
    );
  });

  it('is the same for the same reading sent again, and another for anything else', () => {
    const id = readingId(DEVICE, reading, { by: 'content' });
    expect(readingId(DEVICE, { ...reading }, { by: 'content' })).toBe(id);
    expect(readingId(DEVICE, { ...reading, content: ['U', {}] }, { by: 'content' })).not.toBe(id);
    expect(readingId(`${DEVICE}1`, reading, { by: 'content' })).not.toBe(id);
    const first = readingId(DEVICE, reading, { by: 'message', messageId: 'm', row: 1 });
    expect(readingId(DEVICE, { ...reading, content: [] }, { by: 'message', messageId: 'm', row: 1 })).toBe(first);
    expect(readingId(DEVICE, reading, { by: 'message', messageId: 'm', row: 2 })).not.toBe(first);
  });
});

describe('readingPlace', () => {
  it.each(['', '1', 'abc', `${'9'.repeat(45)}`, '1'.repeat(61), `12${'0'.repeat(28)}`])(
    'knows %j is no reading id',
    (text) => {
      expect(readingPlace(text)).toBeUndefined();
    },
  );
});
