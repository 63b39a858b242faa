import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, BASE, PUMP, type Rest, refusal, STRANGER, startRest, VALVE } from '../../http/fixture';

let rest: Rest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.close());

const of = (id: string) => `/identity/globalIds/${id}/externalIds`;
const named = (type: string, name: string) =>
  `/identity/externalIds/${encodeURIComponent(type)}/${encodeURIComponent(name)}`;
const object = (as?: string) => rest.create('/inventory/managedObjects', {}, as);

describe('external ids', () => {
  it('are given, found, listed and taken away', async () => {
    const id = await object();
    const body = { externalId: 'pump-7741', type: 'c8y_Serial' };
    const given = await rest.send('POST', of(id), { body });
    const shown = {
      ...body,
      managedObject: { id, self: `${BASE}/inventory/managedObjects/${id}` },
      self: `${BASE}/identity/externalIds/c8y_Serial/pump-7741`,
    };
    expect(given).toMatchObject({ status: 201, body: shown });
    expect(given.headers.get('location')).toBe(shown.self);
    expect(await rest.send('GET', named('c8y_Serial', 'pump-7741'))).toMatchObject({ status: 200, body: shown });
    expect(await rest.send('GET', of(id))).toMatchObject({
      status: 200,
      body: { externalIds: [shown], self: `${BASE}${of(id)}` },
    });
    expect(await rest.send('DELETE', named('c8y_Serial', 'pump-7741'))).toMatchObject({ status: 204 });
    expect(await rest.send('GET', named('c8y_Serial', 'pump-7741'))).toMatchObject(refusal(404, 'identity/Not Found'));
    expect(await rest.send('DELETE', named('c8y_Serial', 'pump-7741'))).toMatchObject(refusal(404));
  });

  it.each(['pump:1:2', 'a/b', '50%', 'ü space', '#1'])('may be called %s', async (externalId) => {
    const id = await object();
    const given = await rest.send('POST', of(id), { body: { type: 'acme_Name', externalId } });
    expect(given).toMatchObject({ status: 201, body: { externalId } });
    const { pathname } = new URL(given.headers.get('location') ?? '');
    expect(await rest.send('GET', pathname)).toMatchObject({ body: { externalId, managedObject: { id } } });
  });

  it('belong to one object per type', async () => {
    const [first, second] = [await object(), await object()];
    const body = { type: 'c8y_Serial', externalId: 'taken' };
    await rest.send('POST', of(first), { body });
    expect(await rest.send('POST', of(second), { body })).toMatchObject(refusal(409, 'identity/Duplicate'));
    expect(await rest.send('POST', of(second), { body: { ...body, type: 'acme_Other' } })).toMatchObject({
      status: 201,
    });
  });

  it('need an object, a type and a name', async () => {
    expect(await rest.send('POST', of('404'), { body: { type: 't', externalId: 'x' } })).toMatchObject(refusal(404));
    expect(await rest.send('GET', of('404'))).toMatchObject(refusal(404));
    expect(await rest.send('POST', of(await object()), { body: { type: 't' } })).toMatchObject({
      status: 422,
      body: { message: 'Following mandatory fields should be included: externalId' },
    });
    expect(await rest.send('POST', of(await object()), { body: { type: '', externalId: 'x' } })).toMatchObject(
      refusal(422),
    );
  });

  it('are another tenant’s and another device’s own business', async () => {
    const id = await object(PUMP);
    const body = { type: 'c8y_Serial', externalId: 'pump' };
    expect(await rest.send('POST', of(id), { body, as: VALVE })).toMatchObject(refusal(403));
    expect(await rest.send('POST', of(id), { body, as: PUMP })).toMatchObject({ status: 201 });
    expect(await rest.send('GET', named('c8y_Serial', 'pump'), { as: PUMP })).toMatchObject({ status: 200 });
    expect(await rest.send('GET', named('c8y_Serial', 'pump'), { as: VALVE })).toMatchObject(refusal(403));
    expect(await rest.send('DELETE', named('c8y_Serial', 'pump'), { as: VALVE })).toMatchObject(refusal(403));
    expect(await rest.send('GET', named('c8y_Serial', 'pump'), { as: STRANGER })).toMatchObject(refusal(404));
    expect(await rest.send('DELETE', named('c8y_Serial', 'pump'), { as: STRANGER })).toMatchObject(refusal(404));
  });

  describe('of type c8y_Serial are kept for the device user that connects with them', () => {
    const bind = async (serial: string, as: string) =>
      rest.send('POST', of(await object(as)), { body: { type: 'c8y_Serial', externalId: serial }, as });

    it('so another device user cannot give one, before its device exists or after', async () => {
      expect(await bind('valve', PUMP)).toMatchObject(refusal(403, 'security/Forbidden'));
      expect(await bind('valve', VALVE)).toMatchObject({ status: 201 });
      expect(await bind('valve', PUMP)).toMatchObject(refusal(409));
    });

    it('and a free one is kept for the device user that gives it, for good', async () => {
      expect(await bind('pump-child', PUMP)).toMatchObject({ status: 201 });
      expect(await rest.send('DELETE', named('c8y_Serial', 'pump-child'), { as: PUMP })).toMatchObject({ status: 204 });
      expect(await bind('pump-child', VALVE)).toMatchObject(refusal(403, 'security/Forbidden'));
      expect(await bind('pump-child', PUMP)).toMatchObject({ status: 201 });
    });

    it('while a person gives any, and other types are free', async () => {
      expect(await bind('any-serial', ADMIN)).toMatchObject({ status: 201 });
      const body = { type: 'acme_Name', externalId: 'valve' };
      expect(await rest.send('POST', of(await object(PUMP)), { body, as: PUMP })).toMatchObject({ status: 201 });
    });
  });
});
