import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeRow, writeRows } from '../../../../lib/protocols/smartrest/csv';
import { decodeStatic } from '../../../../lib/protocols/smartrest/static/protocol';
import { PUBLISH_TEMPLATES } from '../../../../lib/protocols/smartrest/static/templates/publish-templates';
import type { DecodeContext } from '../../../../lib/protocols/smartrest/static/templates/template';

const CTX: DecodeContext = { serial: 'child', receivedAt: Date.parse('2026-02-03T04:05:06.789Z') };
const NOW = '2026-02-03T04:05:06.789Z';

/** Any text a value may be, with everything the CSV rules are about. */
const text = fc.string({
  unit: fc.constantFrom('"', '\\', ',', '\n', '\t', ' ', 'a', 'B', '7', 'é', '\u{1F600}'),
  minLength: 1,
  maxLength: 8,
});
const number = fc.oneof(fc.integer().map(String), fc.double({ noNaN: true, noDefaultInfinity: true }).map(String));
const integer = fc.integer().map(String);
const time = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const bool = fc.constantFrom('true', 'false');
const empty = fc.constant('');
const maybe = (value: fc.Arbitrary<string>) => fc.oneof(empty, value);
const row = (...columns: fc.Arbitrary<string>[]) => fc.tuple(...columns);
const many = (value: fc.Arbitrary<string>, minLength: number) => fc.array(value, { minLength, maxLength: 5 });
const grouped = (minLength: number, ...columns: fc.Arbitrary<string>[]) =>
  fc.array(fc.tuple(...columns), { minLength, maxLength: 4 }).map((groups) => groups.flat());
const after = (head: fc.Arbitrary<string[]>, tail: fc.Arbitrary<string[]>) =>
  fc.tuple(head, tail).map((parts) => parts.flat());

const some = (members: Record<string, string | number | undefined>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== ''));
const num = (value: string) => (value === '' ? undefined : Number(value) + 0);
const timed = (value: string | undefined) => (value ? { time: value } : {});
const chunks = (values: readonly string[], size: number) =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, n) => values.slice(n * size, (n + 1) * size));
const set = (name: string, value: unknown) => [{ kind: 'updateInventory', set: { [name]: value }, remove: [] }];
const listOrRemove = (name: string, values: readonly string[]) =>
  values.length > 0 ? set(name, values) : [{ kind: 'updateInventory', set: {}, remove: [name] }];
const filled = (values: readonly string[]) => values.filter((value) => value !== '');
const ask = (question: string) => [row(), () => [{ kind: 'ask', question }]] as const;
const reading = (type: string, series: string, unit: string, value = '', at?: string) => [
  { kind: 'createMeasurement', type, ...timed(at), fragments: { [type]: { [series]: { value: num(value), unit } } } },
];
const position = ([lat = '', lng = '', alt = '', accuracy = '']: readonly string[]) =>
  some({ lat: num(lat), lng: num(lng), alt: num(alt), accuracy: num(accuracy) });
const located = (v: readonly string[]) => ({
  kind: 'createEvent',
  type: 'c8y_LocationUpdate',
  text: 'Location updated',
  ...timed(v[4]),
  fragments: { c8y_Position: position(v) },
});
const software = (change: string, size: number) => (v: readonly string[]) => [
  {
    kind: 'changeSoftware',
    change,
    items: chunks(v, size).map(([name, version, softwareType = '', url = '']) => ({
      name,
      version,
      ...some({ softwareType, url }),
    })),
  },
];
const oldest =
  (from: string, status: string) =>
  (v: readonly string[], extra: object = {}) => [
    { kind: 'updateOperations', select: { by: 'oldest', fragment: v[0], from }, status, parameters: [], ...extra },
  ];
const byId =
  (status: string) =>
  (v: readonly string[], extra: object = {}) => [
    { kind: 'updateOperations', select: { by: 'id', id: v[0] }, status, parameters: [], ...extra },
  ];
const reason = (value = '') => some({ failureReason: value });
const alarm = (severity: string): Model => [
  row(text, maybe(text), maybe(time)),
  ([type, given, at]) => [
    { kind: 'raiseAlarm', type, text: given || `Alarm of type ${type} raised`, severity, ...timed(at) },
  ],
];

type Model = readonly [values: fc.Arbitrary<string[]>, commands: (values: readonly string[]) => readonly object[]];

/** What docs/reference/static-templates.md#all-templates says of each template, written against plain columns. */
const MODEL: Readonly<Record<string, Model>> = {
  100: [
    row(maybe(text), maybe(text)),
    ([name, type]) => [{ kind: 'createDevice', name: name || 'MQTT Device child', type: type || 'c8y_MQTTDevice' }],
  ],
  101: [
    row(text, maybe(text), maybe(text), maybe(fc.oneof(bool, text))),
    ([childId, name, type, marker]) => [
      {
        kind: 'createChild',
        childId,
        name: name || `MQTT Device ${childId}`,
        type: type || 'c8y_MQTTChildDevice',
        isDevice: marker !== 'false',
      },
    ],
  ],
  102: [
    row(text, text, text, text),
    ([serviceId, serviceType, name, status]) => [{ kind: 'upsertService', serviceId, serviceType, name, status }],
  ],
  104: [row(text), ([status]) => [{ kind: 'setServiceStatus', status }]],
  105: ask('children'),
  107: [many(text, 1), (v) => [{ kind: 'updateInventory', set: {}, remove: v }]],
  110: [
    row(maybe(text), maybe(text), maybe(text)),
    ([serialNumber, model, revision]) => set('c8y_Hardware', some({ serialNumber, model, revision })),
  ],
  111: [
    row(...Array.from({ length: 7 }, () => maybe(text))),
    (v) => {
      const [imei, iccid, imsi, mcc, mnc, lac, cellId] = v.map((value) => value || null);
      return set('c8y_Mobile', { imei, ...(iccid === null ? {} : { iccid }), imsi, mcc, mnc, lac, cellId });
    },
  ],
  112: [row(maybe(number), maybe(number), maybe(number), maybe(integer)), (v) => set('c8y_Position', position(v))],
  113: [row(maybe(text)), ([config]) => set('c8y_Configuration', some({ config }))],
  114: [many(maybe(text), 0), (v) => set('c8y_SupportedOperations', filled(v))],
  115: [
    row(maybe(text), maybe(text), maybe(text)),
    ([name, version, url]) => set('c8y_Firmware', { ...some({ name, version }), url: url || null }),
  ],
  116: [
    grouped(0, text, maybe(text), maybe(text)),
    (v) =>
      set(
        'c8y_SoftwareList',
        chunks(v, 3).map(([name, version, url]) => ({ name, version, url: url || null })),
      ),
  ],
  117: [row(integer), ([minutes]) => [{ kind: 'requireAvailability', responseInterval: Number(minutes) }]],
  118: [many(maybe(text), 0), (v) => set('c8y_SupportedLogs', filled(v))],
  119: [many(maybe(text), 0), (v) => set('c8y_SupportedConfigurations', filled(v))],
  120: [
    row(text, text, maybe(text), maybe(time)),
    ([type, url, name, at]) => set(`c8y_Configuration_${type}`, { name: name || type, time: at || NOW, type, url }),
  ],
  121: [
    row(bool, maybe(text)),
    ([executed, profileId]) => [{ kind: 'setProfile', executed: executed === 'true', ...some({ profileId }) }],
  ],
  122: [
    row(text, text, maybe(text), text),
    ([name, version, url, maintainer]) => set('c8y_Agent', some({ name, version, url, maintainer })),
  ],
  123: ask('managedObjectId'),
  125: [row(), () => [{ kind: 'heartbeat' }]],
  140: [grouped(0, text, maybe(text), maybe(text), maybe(text)), software('replace', 4)],
  141: [grouped(1, text, maybe(text), maybe(text), maybe(text)), software('append', 4)],
  142: [grouped(1, text, maybe(text)), software('remove', 2)],
  143: [many(maybe(text), 0), (v) => listOrRemove('c8y_SupportedSoftwareTypes', filled(v))],
  150: [
    many(fc.constantFrom('SSH', 'telnet', 'Vnc', 'PASSTHROUGH', ''), 0),
    (v) =>
      listOrRemove(
        'c8y_RemoteAccessSupportedProtocols',
        filled(v).map((word) => word.toUpperCase()),
      ),
  ],
  200: [
    row(text, text, number, maybe(text), maybe(time)),
    ([fragment = '', series = '', value = '', unit, at]) => [
      {
        kind: 'createMeasurement',
        type: fragment,
        ...timed(at),
        fragments: { [fragment]: { [series]: { value: num(value), ...some({ unit }) } } },
      },
    ],
  ],
  201: [
    after(row(text, maybe(time)), grouped(1, text, text, number, maybe(text))),
    ([type, at, ...series]) => {
      const fragments: Record<string, Record<string, object>> = {};
      for (const [fragment = '', name = '', value = '', unit] of chunks(series, 4)) {
        fragments[fragment] = { ...fragments[fragment], [name]: { value: num(value), ...some({ unit }) } };
      }
      return [{ kind: 'createMeasurement', type, ...timed(at), fragments }];
    },
  ],
  210: [
    fc.oneof(row(number, maybe(number), maybe(time)), row(empty, number, maybe(time))),
    ([rssi = '', ber = '', at]) => [
      {
        kind: 'createMeasurement',
        type: 'c8y_SignalStrength',
        ...timed(at),
        fragments: {
          c8y_SignalStrength: {
            ...(rssi ? { rssi: { value: num(rssi), unit: 'dBm' } } : {}),
            ...(ber ? { ber: { value: num(ber), unit: '%' } } : {}),
          },
        },
      },
    ],
  ],
  211: [row(number, maybe(time)), ([value, at]) => reading('c8y_TemperatureMeasurement', 'T', 'C', value, at)],
  212: [row(number, maybe(time)), ([value, at]) => reading('c8y_Battery', 'level', '%', value, at)],
  301: alarm('CRITICAL'),
  302: alarm('MAJOR'),
  303: alarm('MINOR'),
  304: alarm('WARNING'),
  305: [
    row(text, fc.constantFrom('CRITICAL', 'MAJOR', 'MINOR', 'WARNING')),
    ([type, severity]) => [{ kind: 'setAlarmSeverity', type, severity }],
  ],
  306: [row(text), ([type]) => [{ kind: 'clearAlarm', type }]],
  307: [after(row(text), many(text, 1)), ([type, ...fragments]) => [{ kind: 'clearAlarmFragments', type, fragments }]],
  400: [
    row(text, text, maybe(time)),
    ([type, given, at]) => [{ kind: 'createEvent', type, text: given, ...timed(at), fragments: {} }],
  ],
  401: [row(maybe(number), maybe(number), maybe(number), maybe(number), maybe(time)), (v) => [located(v)]],
  402: [
    row(maybe(number), maybe(number), maybe(number), maybe(number), maybe(time)),
    (v) => [located(v), ...set('c8y_Position', position(v))],
  ],
  407: [
    after(row(text), many(text, 0)),
    ([type, ...fragments]) => (fragments.length > 0 ? [{ kind: 'clearEventFragments', type, fragments }] : []),
  ],
  408: [
    after(
      row(maybe(text), maybe(time), maybe(bool)),
      row(fc.constant('acme_Valve.open'), fc.constant('NUMBER'), maybe(number)),
    ),
    ([given, at, changeDetect, , , value = '']) => [
      {
        kind: 'updateParameters',
        text: given || "Parameter 'acme_Valve' was updated",
        ...timed(at),
        onlyIfChanged: changeDetect === 'true',
        fragments: { acme_Valve: { open: num(value) ?? null } },
      },
    ],
  ],
  500: ask('pendingOperations'),
  501: [row(text), oldest('PENDING', 'EXECUTING')],
  502: [row(text, maybe(text)), (v) => oldest('EXECUTING', 'FAILED')(v, reason(v[1]))],
  503: [after(row(text), many(text, 0)), (v) => oldest('EXECUTING', 'SUCCESSFUL')(v, { parameters: v.slice(1) })],
  504: [row(text), byId('EXECUTING')],
  505: [row(text, maybe(text)), (v) => byId('FAILED')(v, reason(v[1]))],
  506: [after(row(text), many(text, 0)), (v) => byId('SUCCESSFUL')(v, { parameters: v.slice(1) })],
  507: [
    row(maybe(text), maybe(text)),
    ([fragment = '', why]) => [
      {
        kind: 'updateOperations',
        select: { by: 'all', ...some({ fragment }), from: 'EXECUTING' },
        status: 'FAILED',
        parameters: [],
        ...reason(why),
      },
    ],
  ],
  600: ask('platformVersion'),
  602: ask('templates'),
};

const sample = (id: string) => {
  const [values, commands] = MODEL[id] ?? [row(), () => []];
  return values.map((v) => ({ id, fields: [id, ...v], commands: commands(v) }));
};

describe('random rows against a model', () => {
  it('has a model for every template', () => {
    expect(Object.keys(MODEL)).toEqual([...PUBLISH_TEMPLATES.keys()]);
  });

  it.each(Object.keys(MODEL))('%s', (id) => {
    fc.assert(
      fc.property(sample(id), fc.nat(3), ({ fields, commands }, commas) => {
        const rows = decodeStatic(writeRow(fields) + ','.repeat(commas), CTX);
        expect(rows).toEqual([{ row: 1, template: id, ok: true, commands }]);
      }),
      { numRuns: 150 },
    );
  });

  it('in one payload, each as if it were alone', () => {
    const anyRow = fc.constantFrom(...Object.keys(MODEL)).chain(sample);
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 12 }), (rows) => {
        const decoded = decodeStatic(writeRows(rows.map(({ fields }) => fields)), CTX);
        expect(decoded).toEqual(
          rows.map(({ id, commands }, index) => ({ row: index + 1, template: id, ok: true, commands })),
        );
      }),
      { numRuns: 300 },
    );
  });
});
