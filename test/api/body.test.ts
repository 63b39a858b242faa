import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { dateTime, fragmentsOf, objectBody, parseMembers, reference, textMember } from '../../lib/api/body';
import { messageOf } from '../../lib/api/error-body';

const schema = z.object({ source: reference, type: textMember, time: dateTime, text: z.optional(textMember) });
const parse = (body: Parameters<typeof parseMembers>[1]) => parseMembers(schema, body, 'event');

describe('parseMembers', () => {
  it('keeps a date with a zone as written and spells others in UTC', () => {
    const times = ['2026-02-03T04:05:06.789+01:00', '2026-02-03T04:05:06.789', '2026-02-03'].map((time) => {
      const given = parse({ source: { id: '1' }, type: 't', time });
      return given.ok ? given.value.time.text : given.error.reason;
    });
    expect(times).toEqual(['2026-02-03T04:05:06.789+01:00', '2026-02-03T04:05:06.789Z', '2026-02-03T00:00:00.000Z']);
  });

  it('takes an id as text or number', () => {
    expect(parse({ source: { id: 4711 }, type: 't', time: '2026-02-03' })).toMatchObject({
      value: { source: { id: '4711' } },
    });
  });

  it('names everything that is missing together', () => {
    const refused = parse({ source: {} });
    expect(!refused.ok && messageOf(refused.error)).toBe(
      'Following mandatory fields should be included: source.id, type, time',
    );
    expect(refused).toEqual({
      ok: false,
      error: {
        kind: 'invalid',
        reason: 'missing',
        what: 'fields',
        names: ['source.id', 'type', 'time'],
      },
    });
  });

  it.each([
    [{ source: { id: '1' }, type: 5, time: '2026-02-03' }, 'type must be a text'],
    [{ source: { id: '1' }, type: 't', time: 'noon' }, 'time is not an ISO 8601 date: noon'],
    [{ source: { id: '1' }, type: 't', time: 5 }, 'time must be an ISO 8601 date'],
    [{ source: '1', type: 't', time: '2026-02-03' }, 'source must be an object with an id'],
    [{ source: { id: true }, type: 't', time: '2026-02-03' }, 'source.id must be an id'],
  ])('refuses %j', (body, message) => {
    const refused = parse(body);
    expect(refused).toEqual({
      ok: false,
      error: { kind: 'invalid', reason: 'members', subject: 'event', faults: [message] },
    });
    expect(!refused.ok && messageOf(refused.error)).toBe(message);
  });
});

describe('objectBody', () => {
  it.each([[undefined], [null], ['text'], [5], [[]]])('refuses %j', (body) => {
    expect(objectBody(body, 'alarm')).toMatchObject({ ok: false, error: { kind: 'badRequest', subject: 'alarm' } });
  });
});

describe('fragmentsOf', () => {
  it('leaves out what the platform knows itself', () => {
    expect(fragmentsOf({ id: '1', acme_Flow: { F: 1 }, note: null }, ['id'])).toEqual({
      acme_Flow: { F: 1 },
      note: null,
    });
  });
});
