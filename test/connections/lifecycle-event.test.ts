import { describe, expect, it } from 'vitest';
import { parseLifecycleEvent } from '../../lib/connections/lifecycle-event';

describe('parseLifecycleEvent', () => {
  it('reads what the rule hands over', () => {
    const raw = {
      clientId: 'd:4711',
      timestamp: 1573002230757,
      eventType: 'subscribed',
      sessionIdentifier: 'uuid',
      principalIdentifier: 'x',
      topics: ['s/ds'],
    };
    expect(parseLifecycleEvent(raw)).toEqual({
      ok: true,
      value: {
        clientId: 'd:4711',
        timestamp: 1573002230757,
        eventType: 'subscribed',
        sessionIdentifier: 'uuid',
        topics: ['s/ds'],
      },
    });
  });

  it.each([
    undefined,
    null,
    'text',
    {},
    { clientId: 'x', eventType: 'connect_failed', timestamp: 1 },
    { clientId: '', eventType: 'connected', timestamp: 1 },
  ])('refuses %j', (raw) => {
    expect(parseLifecycleEvent(raw)).toMatchObject({ ok: false, error: expect.stringContaining('lifecycle event') });
  });
});
