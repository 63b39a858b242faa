import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTopic, UPLINK_TOPICS } from '../../lib/connections/uplink-topic';

describe('parseTopic', () => {
  it.each([
    ['s/us', { mode: 'PERSISTENT', kind: 'static' }],
    ['t/us', { mode: 'TRANSIENT', kind: 'static' }],
    ['q/us', { mode: 'QUIESCENT', kind: 'static' }],
    ['c/us', { mode: 'CEP', kind: 'static' }],
    ['s/us/child-1', { mode: 'PERSISTENT', kind: 'static', childId: 'child-1' }],
    ['c/us/root:device:child', { mode: 'CEP', kind: 'static', childId: 'root:device:child' }],
  ])('reads %s', (topic, expected) => {
    expect(parseTopic(topic)).toEqual({ ok: true, value: expected });
  });

  it.each(['', 's', 'us', 'x/us', 's/ds', 's/us/', 's/us/a/b', '/s/us', 'S/us', 's/US', 's/uc/x'])(
    'refuses %j',
    (topic) => {
      expect(parseTopic(topic)).toMatchObject({ ok: false, error: { kind: 'unknownTopic' } });
    },
  );

  it('never throws, and takes any child id without a slash', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((id) => !id.includes('/')),
        fc.string(),
        (id, text) => {
          expect(parseTopic(`s/us/${id}`)).toMatchObject({ ok: true, value: { childId: id } });
          expect(() => parseTopic(text)).not.toThrow();
        },
      ),
    );
  });

  it('lets a device publish exactly on the topics it reads', () => {
    expect(UPLINK_TOPICS).toEqual(['s/us', 's/us/*', 't/us', 't/us/*', 'q/us', 'q/us/*', 'c/us', 'c/us/*']);
  });
});
