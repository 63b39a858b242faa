import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, BASE, idOf, PUMP, type Rest, refusal, STRANGER, startRest, VALVE } from '../../http/fixture';

const MEASUREMENTS = '/measurement/measurements';
let rest: Rest;
let device: string;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest.close());
beforeEach(async () => {
  device = await rest.create('/inventory/managedObjects', { name: 'pump' }, PUMP);
});

const flow = (minute: number, value: number, source = device) => ({
  source: { id: source },
  time: `2026-02-03T04:0${minute}:00.000Z`,
  type: 'acme_Flow',
  acme_Flow: { F: { value, unit: 'l/s' } },
});

async function values(query: string, as = ADMIN): Promise<(number | undefined)[]> {
  const { status, body } = await rest.send('GET', `${MEASUREMENTS}?pageSize=100&${query}`, { as });
  expect(status).toBe(200);
  const { measurements } = body as { measurements: { acme_Flow?: { F: { value: number } } }[] };
  return measurements.map((measurement) => measurement.acme_Flow?.F.value);
}

describe('a measurement', () => {
  it('is created, read by id and deleted', async () => {
    const made = await rest.send('POST', MEASUREMENTS, { body: { ...flow(1, 3.2), note: ['kept'] } });
    const self = `${BASE}${MEASUREMENTS}/${idOf(made)}`;
    const shown = {
      ...flow(1, 3.2),
      note: ['kept'],
      id: idOf(made),
      self,
      source: { id: device, self: `${BASE}/inventory/managedObjects/${device}` },
    };
    expect(made).toMatchObject({ status: 201, body: shown });
    expect(made.headers.get('location')).toBe(self);
    expect((await rest.send('GET', `${MEASUREMENTS}/${idOf(made)}`)).body).toEqual(shown);
    expect(await rest.send('DELETE', `${MEASUREMENTS}/${idOf(made)}`)).toMatchObject({ status: 204 });
    expect(await rest.send('GET', `${MEASUREMENTS}/${idOf(made)}`)).toMatchObject(
      refusal(404, 'measurement/Not Found'),
    );
    expect(await rest.send('DELETE', `${MEASUREMENTS}/${idOf(made)}`)).toMatchObject(refusal(404));
  });

  it('sent twice is two, in one body too', async () => {
    const body = flow(1, 1);
    const many = await rest.send('POST', MEASUREMENTS, { body: { measurements: [body, body] } });
    const { measurements } = many.body as { measurements: { id: string }[] };
    const ids = [await rest.create(MEASUREMENTS, body), await rest.create(MEASUREMENTS, body)];
    expect(new Set([...ids, ...measurements.map(({ id }) => id)]).size).toBe(4);
    expect(await values(`source=${device}`)).toEqual([1, 1, 1, 1]);
    for (const id of ids) expect(await rest.send('GET', `${MEASUREMENTS}/${id}`)).toMatchObject({ body: { id } });
  });

  it('is one when the database lost its answer to the write', async () => {
    const create = () => rest.create(MEASUREMENTS, flow(1, 1));
    const writes = await rest.tables.network.count(create);
    expect(writes).toBeGreaterThan(0);
    for (let nth = 1; nth <= writes; nth++) await rest.tables.network.losing(nth, create);
    expect(await values(`source=${device}`)).toEqual(Array.from({ length: writes + 1 }, () => 1));
  });

  it('comes in collections, all or none', async () => {
    const made = await rest.send('POST', MEASUREMENTS, { body: { measurements: [flow(1, 1), flow(2, 2)] } });
    expect(made).toMatchObject({ status: 201, body: { measurements: [{ type: 'acme_Flow' }, { type: 'acme_Flow' }] } });
    const broken = { measurements: [flow(3, 3), { ...flow(4, 4), time: 'later' }] };
    expect(await rest.send('POST', MEASUREMENTS, { body: broken })).toMatchObject(refusal(422, 'measurement/Invalid'));
    expect(await values(`source=${device}`)).toEqual([1, 2]);
  });

  it.each([
    ['Following mandatory fields should be included: time', { time: undefined }],
    ['Following mandatory fields should be included: source, type', { type: undefined, source: undefined }],
    ['time is not an ISO 8601 date: 2026-02-30T00:00:00Z', { time: '2026-02-30T00:00:00Z' }],
    ['The source does not exist: 404', { source: { id: '404' } }],
  ])('is refused: %s', async (message, change) => {
    const answer = await rest.send('POST', MEASUREMENTS, { body: { ...flow(1, 1), ...change } });
    expect(answer).toMatchObject({ status: 422, body: { message } });
  });
});

describe('lists', () => {
  beforeEach(async () => {
    const other = { source: { id: device }, time: '2026-02-03T05:00:00Z', type: 'acme_Other', acme_Other: { O: 1 } };
    await rest.send('POST', MEASUREMENTS, { body: { measurements: [flow(3, 3), flow(1, 1), other, flow(2, 2)] } });
  });

  it('are oldest first, or the other way round', async () => {
    expect(await values(`source=${device}`)).toEqual([1, 2, 3, undefined]);
    expect(await values(`source=${device}&revert=true`)).toEqual([undefined, 3, 2, 1]);
  });

  it('filter by dates (inclusive), type, fragment and series', async () => {
    const of = `source=${device}`;
    expect(await values(`${of}&dateFrom=2026-02-03T04:02:00Z&dateTo=2026-02-03T04:03:00Z`)).toEqual([2, 3]);
    expect(await values(`${of}&dateFrom=2026-02-03T05:02:00%2B01:00&dateTo=2026-02-03T05:02:00+01:00`)).toEqual([2]);
    expect(await values(`${of}&type=acme_Flow`)).toEqual([1, 2, 3]);
    expect(await values(`${of}&valueFragmentType=acme_Other`)).toEqual([undefined]);
    expect(await values(`${of}&valueFragmentType=acme_Flow&valueFragmentSeries=F`)).toEqual([1, 2, 3]);
    expect(await values(`${of}&valueFragmentType=acme_Flow&valueFragmentSeries=G`)).toEqual([]);
  });

  it('page', async () => {
    const second = await rest.send(
      'GET',
      `${MEASUREMENTS}?source=${device}&pageSize=3&currentPage=2&withTotalPages=true`,
    );
    expect(second).toMatchObject({
      body: { measurements: [{ type: 'acme_Other' }], statistics: { currentPage: 2, pageSize: 3, totalPages: 2 } },
    });
  });

  it('refuse a date that is none', async () => {
    expect(await rest.send('GET', `${MEASUREMENTS}?dateFrom=noon`)).toMatchObject(refusal(422));
  });

  it('are deleted by filter, never all at once', async () => {
    expect(await rest.send('DELETE', `${MEASUREMENTS}?type=acme_Flow`)).toMatchObject(refusal(422));
    const path = `${MEASUREMENTS}?source=${device}&type=acme_Flow&dateTo=2026-02-03T04:02:00Z`;
    expect(await rest.send('DELETE', path)).toMatchObject({ status: 204 });
    expect(await values(`source=${device}`)).toEqual([3, undefined]);
  });
});

describe('series', () => {
  const series = (query: string) => rest.send('GET', `${MEASUREMENTS}/series?source=${device}&${query}`);
  const day = 'dateFrom=2026-02-03&dateTo=2026-02-04';

  beforeEach(async () => {
    const both = { ...flow(1, 5), acme_Flow: { F: { value: 5, unit: 'l/s' }, G: { value: 50 } } };
    await rest.send('POST', MEASUREMENTS, { body: { measurements: [both, flow(2, 7)] } });
  });

  it('are rows by time and columns by series', async () => {
    expect(await series(day)).toMatchObject({
      status: 200,
      body: {
        values: {
          '2026-02-03T04:01:00.000Z': [
            { min: 5, max: 5 },
            { min: 50, max: 50 },
          ],
          '2026-02-03T04:02:00.000Z': [{ min: 7, max: 7 }, null],
        },
        series: [
          { type: 'acme_Flow', name: 'F', unit: 'l/s' },
          { type: 'acme_Flow', name: 'G', unit: '' },
        ],
        truncated: false,
      },
    });
  });

  it('are picked by name and aggregated', async () => {
    expect((await series(`${day}&series=acme_Flow.F&aggregationType=HOURLY`)).body).toEqual({
      values: { '2026-02-03T04:00:00.000Z': [{ min: 5, max: 7 }] },
      series: [{ type: 'acme_Flow', name: 'F', unit: 'l/s' }],
      truncated: false,
    });
  });

  it('need source, dates and a known aggregation', async () => {
    expect(await rest.send('GET', `${MEASUREMENTS}/series?dateFrom=2026-02-03`)).toMatchObject({
      status: 422,
      body: { message: 'Following mandatory parameters should be included: source, dateTo' },
    });
    expect(await series(`${day}&aggregationType=YEARLY`)).toMatchObject(refusal(422));
  });
});

describe('who may', () => {
  it('a device only for itself', async () => {
    expect(await rest.send('POST', MEASUREMENTS, { as: PUMP, body: flow(1, 1) })).toMatchObject({ status: 201 });
    expect(await rest.send('POST', MEASUREMENTS, { as: VALVE, body: flow(1, 1) })).toMatchObject(refusal(403));
    expect(await values(`source=${device}`, PUMP)).toEqual([1]);
    expect(await rest.send('GET', `${MEASUREMENTS}?source=${device}`, { as: VALVE })).toMatchObject(refusal(403));
    expect(await rest.send('GET', MEASUREMENTS, { as: PUMP })).toMatchObject(refusal(403));
  });

  it('another tenant finds nothing', async () => {
    const id = await rest.create(MEASUREMENTS, flow(1, 1));
    expect(await rest.send('GET', `${MEASUREMENTS}/${id}`, { as: STRANGER })).toMatchObject(refusal(404));
    expect(await rest.send('DELETE', `${MEASUREMENTS}/${id}`, { as: STRANGER })).toMatchObject(refusal(404));
    expect(await values(`source=${device}`, STRANGER)).toEqual([]);
    expect(await rest.send('POST', MEASUREMENTS, { as: STRANGER, body: flow(2, 2) })).toMatchObject(refusal(422));
    expect(await values(`source=${device}`)).toEqual([1]);
  });
});
