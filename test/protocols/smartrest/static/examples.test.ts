import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../../lib/base/json';
import type { Command, OperationSelector } from '../../../../lib/platform/commands';
import { operationRows, replyRow } from '../../../../lib/protocols/smartrest/static/downlink';
import { decodeStatic } from '../../../../lib/protocols/smartrest/static/protocol';
import type { DecodeContext } from '../../../../lib/protocols/smartrest/static/templates/template';

/** A worked example. docs/reference/static-templates.md#how-to-read-the-examples is the legend of `expect`. */
interface Example {
  readonly n: number;
  readonly topic: string;
  readonly payload: string;
  readonly expect: readonly JsonObject[];
}

const EXAMPLES: readonly Example[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'static-examples.json'), 'utf8'),
);
const RECEIVED_AT = Date.parse('2026-02-01T00:00:00.000Z');
const NOW = new Date(RECEIVED_AT).toISOString();

function contextOf(topic: string): DecodeContext {
  const [, , child] = topic.split('/');
  return { serial: child ?? 'TK-4711', receivedAt: RECEIVED_AT };
}

/** The operations that examples 90 to 104 start from: id, fragment, status; oldest first. */
const OPERATIONS = [
  ['71', 'c8y_Restart', 'PENDING'],
  ['72', 'c8y_Command', 'PENDING'],
  ['73', 'c8y_Restart', 'PENDING'],
  ['74', 'c8y_Restart', 'EXECUTING'],
  ['75', 'c8y_Command', 'EXECUTING'],
  ['81', 'c8y_RelayArray', 'EXECUTING'],
  ['82', 'c8y_CommunicationMode', 'EXECUTING'],
  ['83', 'c8y_LogfileRequest', 'EXECUTING'],
  ['84', 'c8y_DownloadConfigFile', 'EXECUTING'],
] as const;

function selectedIds(select: OperationSelector): readonly string[] {
  if (select.by === 'id') return [select.id];
  const ids = OPERATIONS.filter(
    ([, fragment, status]) => status === select.from && (select.fragment ?? fragment) === fragment,
  ).map(([id]) => id);
  return select.by === 'oldest' ? ids.slice(0, 1) : ids;
}

const externalId = (id: string): JsonObject => ({ create: 'externalId', body: { type: 'c8y_Serial', externalId: id } });

/** A command as entries of the examples' vocabulary, on a platform where everything it needs is there. */
function resultsOf(command: Command, { serial }: DecodeContext): readonly JsonObject[] {
  const time = (given: string | undefined): string => given ?? '<now>';
  const update = (set: JsonObject, remove: readonly string[] = []): JsonObject[] => [
    { update: 'managedObject', of: serial, set, remove },
  ];
  switch (command.kind) {
    case 'createDevice': {
      const { name = '', type = '' } = command;
      return [
        { create: 'managedObject', body: { name, type, c8y_IsDevice: {}, com_cumulocity_model_Agent: {} } },
        externalId(serial),
      ];
    }
    case 'createChild': {
      const { childId, name = '', type = '', isDevice } = command;
      return [
        { create: 'managedObject', body: { name, type, ...(isDevice ? { c8y_IsDevice: {} } : {}) } },
        externalId(childId),
        { link: 'childDevices', parent: serial, child: childId },
      ];
    }
    case 'upsertService': {
      const { serviceId, serviceType, name, status } = command;
      return [
        { create: 'managedObject', body: { type: 'c8y_Service', name, serviceType, status } },
        externalId(serviceId),
        { link: 'childAdditions', parent: serial, child: serviceId },
      ];
    }
    case 'setServiceStatus':
      return update({ status: command.status });
    case 'updateInventory':
      return update(command.set, command.remove);
    case 'requireAvailability':
      return update({ c8y_RequiredAvailability: { responseInterval: command.responseInterval } });
    case 'heartbeat':
      return update({ c8y_Availability: { lastMessage: '<now>', status: 'AVAILABLE' } });
    case 'changeSoftware': {
      const asm = { replace: 'POST', append: 'PUT', remove: 'DELETE' }[command.change];
      return [{ asm, of: serial, body: command.items.map((item) => ({ ...item })) }];
    }
    case 'setProfile': {
      const { executed, profileId = '5501' } = command;
      return update({ c8y_Profile: { profileName: 'Base', profileId, profileExecuted: executed } });
    }
    case 'createMeasurement':
      return [
        {
          create: 'measurement',
          of: serial,
          body: { type: command.type, time: time(command.time), ...command.fragments },
        },
      ];
    case 'createEvent': {
      const { type, text, fragments } = command;
      return [{ create: 'event', of: serial, body: { type, text, time: time(command.time), ...fragments } }];
    }
    case 'updateParameters': {
      const { text = '', fragments } = command;
      const body = { type: 'c8y_ParameterUpdate', text, time: time(command.time), ...fragments };
      return [
        { create: 'event', of: serial, body },
        { later: 'managedObject', of: serial, set: fragments },
      ];
    }
    case 'raiseAlarm': {
      const { type, text, severity } = command;
      return [
        { create: 'alarm', of: serial, body: { type, text, severity, status: 'ACTIVE', time: time(command.time) } },
        { update: 'alarm', match: { of: serial, type, status: 'ACTIVE' }, set: { count: '<counted>', time: '<now>' } },
      ];
    }
    case 'setAlarmSeverity':
      return [
        {
          update: 'alarm',
          match: { of: serial, type: command.type, status: 'ACTIVE' },
          set: { severity: command.severity },
        },
      ];
    case 'clearAlarm':
      return [{ update: 'alarm', match: { of: serial, type: command.type }, set: { status: 'CLEARED' } }];
    case 'clearAlarmFragments':
      return [{ update: 'alarm', match: { of: serial, type: command.type }, remove: command.fragments }];
    case 'clearEventFragments':
      return [{ update: 'event', match: { of: serial, type: command.type }, remove: command.fragments }];
    case 'updateOperations': {
      const { select, status, failureReason } = command;
      const reason = failureReason === undefined ? {} : { failureReason };
      return selectedIds(select).map((id) => ({ update: 'operation', id, set: { status, ...reason } }));
    }
    case 'ask':
      return [];
  }
}

/** Is `wanted` part of `got`? `<unspecified>` fits anything, `<empty>` an empty text, null or nothing. */
function fits(got: Json | undefined, wanted: Json): boolean {
  if (wanted === '<unspecified>') return true;
  if (wanted === '<empty>') return got === undefined || got === null || got === '';
  if (wanted === '<now>') return got === '<now>' || got === NOW;
  if (got === '<counted>') return typeof wanted === 'number';
  if (typeof wanted !== 'object' || wanted === null) return got === wanted;
  if (typeof got !== 'object' || got === null) return false;
  if (Array.isArray(wanted)) {
    return Array.isArray(got) && got.length === wanted.length && wanted.every((item, i) => fits(got[i], item));
  }
  return Object.entries(wanted).every(([name, value]) => fits((got as JsonObject)[name], value));
}

/** Removes what decoding cannot see: what the operation keeps of its own (503) and what only readers of REST see. */
function decodable(entry: JsonObject): JsonObject | undefined {
  if ('nothing' in entry || 'error' in entry || 'send' in entry) return undefined;
  const { absent, absentOrNull, unchanged, realtimeNotification, realtimeOnly, ...rest } = entry;
  if (realtimeOnly !== undefined) return { create: realtimeOnly, ...rest };
  if (rest.update !== 'operation') return rest;
  const { status, failureReason } = rest.set as JsonObject;
  return {
    ...rest,
    set: failureReason === undefined ? { status: status ?? null } : { status: status ?? null, failureReason },
  };
}

/** Created because a row arrived for it, which decoding leaves to the platform. */
const CREATED_BY_ARRIVAL = new Set([7, 8]);
/** What 503 and 506 write besides the status follows from the operation; the parameters must arrive. */
const RESULT_PARAMETERS: Readonly<Record<number, readonly string[]>> = {
  94: ['line 1\nline 2'],
  97: ['ok'],
  101: ['OPEN', 'CLOSED'],
  102: [],
  103: ['https://acme.test/event/events/600/binaries'],
  104: [],
};

const uplinks = EXAMPLES.filter(({ topic }) => topic !== 's/ds');
const downlinks = EXAMPLES.filter(({ topic }) => topic === 's/ds');

describe('the worked examples of the static templates, uplinks', () => {
  it.each(uplinks)('$n: $payload on $topic', ({ n, topic, payload, expect: expected }) => {
    const ctx = contextOf(topic);
    const rows = decodeStatic(payload, ctx);
    if (n === 23) {
      expect(rows).toMatchObject([{ ok: false, refusal: { code: 45 } }]);
      return;
    }
    const commands = rows.flatMap((row) => (row.ok ? row.commands : []));
    expect(rows.filter((row) => !row.ok)).toEqual([]);
    expect(rows).toHaveLength(payload.startsWith('211,20') ? 3 : 1);

    const results = commands.flatMap((command) => resultsOf(command, ctx));
    for (const entry of expected) {
      const wanted = decodable(entry);
      if (wanted === undefined || isLeftToThePlatform(n, wanted)) continue;
      expect(
        results.filter((result) => fits(result, wanted)),
        JSON.stringify(wanted),
      ).toHaveLength(1);
      checkAbsent(
        entry,
        results.find((result) => fits(result, wanted)),
      );
    }
    const parameters = RESULT_PARAMETERS[n];
    if (parameters !== undefined) expect(commands).toMatchObject([{ kind: 'updateOperations', parameters }]);
  });

  function isLeftToThePlatform(n: number, { create, link, update, of }: JsonObject): boolean {
    if (CREATED_BY_ARRIVAL.has(n)) return create === 'managedObject' || create === 'externalId' || link !== undefined;
    return RESULT_PARAMETERS[n] !== undefined && update === 'managedObject' && of !== undefined;
  }

  function checkAbsent({ absent = [], absentOrNull = [], body }: JsonObject, result: JsonObject | undefined): void {
    const object = body === undefined ? result?.set : result?.body;
    for (const path of absent as readonly string[]) expect(object).not.toHaveProperty(path);
    for (const path of absentOrNull as readonly string[]) {
      const found = path
        .split('.')
        .reduce<Json | undefined>((at, name) => (at as JsonObject | undefined)?.[name], object);
      expect(found ?? null).toBeNull();
    }
  }

  it.each([
    [19, 'children'],
    [20, 'managedObjectId'],
    [21, 'managedObjectId'],
    [90, 'pendingOperations'],
    [127, 'platformVersion'],
    [128, 'templates'],
  ])('%i asks for %s', (n, question) => {
    const example = uplinks.find((candidate) => candidate.n === n);
    expect(decodeStatic(example?.payload ?? '', contextOf('s/us'))).toMatchObject([
      { ok: true, commands: [{ kind: 'ask', question }] },
    ]);
  });
});

describe('the worked examples of the static templates, downlinks', () => {
  it.each(downlinks)('$n: $payload', ({ n, payload, expect: [entry] }) => {
    const { deviceId, status, ...fragments } = (entry?.operation ?? {}) as JsonObject;
    const rows = operationRows({ deviceSerial: String(deviceId), fragments, advancedSoftware: n === 123 });
    expect(status).toBe('PENDING');
    expect(rows.at(-1)).toBe(payload);
    expect(rows.map((row) => row.slice(0, 3))).toEqual(n === 125 ? ['527', '531'] : [payload.slice(0, 3)]);
  });

  it.each([
    [{ kind: 'children', serials: ['TK-4711-P1', 'TK-4711-P2'] } as const, '106,TK-4711-P1,TK-4711-P2'],
    [{ kind: 'children', serials: [] } as const, '106'],
    [{ kind: 'children', serials: ['a,b', 'c"d'] } as const, '106,"a,b","c\\"d"'],
    [{ kind: 'managedObjectId', id: '9001' } as const, '124,9001'],
    [{ kind: 'platformVersion', version: '2026.12.0' } as const, '601,2026.12.0'],
  ])('answers %j', (answer, row) => {
    expect(replyRow(answer)).toBe(row);
  });

  it('lists every template in 603', () => {
    expect(replyRow({ kind: 'templates' })).toMatch(/^603,100,101,102,104,105,106,107,.*,200,.*,532,600,601,602,603$/);
  });
});
