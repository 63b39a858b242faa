import { defined } from '../../base/defined';
import { parseJson } from '../../base/exact-json';
import { asObject, type Json, type JsonObject, own } from '../../base/json';
import type { Change } from '../../changes/changes';
import { isoTimeOf } from '../journal';
import type { DeliveryAttempt, Operation } from '../model';
import { type AgendaFold, EMPTY_AGENDA, type Progress } from './fold';
import type { AgendaJournal, OperationRecord } from './items';

/** What is known about the delivery of an operation to its agent. */
export interface DeliveryLog {
  readonly attempts: readonly DeliveryAttempt[];
  readonly acknowledgedAt?: string;
}

const NOT_SENT: DeliveryLog = { attempts: [] };

/**
 * The operation of the model, made from its record (docs/reference/rest-api.md#an-operation). Only this folder writes
 * the JSON in the record.
 */
export function operationOf(record: OperationRecord): Operation {
  const progress = record.progress === undefined ? undefined : parseJson<Progress>(record.progress);
  const log = record.delivery === undefined ? NOT_SENT : parseJson<DeliveryLog>(record.delivery);
  const { id, deviceId, agentId, deviceSerial, agentSerial, creationTime } = record;
  return defined({
    id,
    deviceId,
    agentId,
    deviceSerial,
    agentSerial,
    status: progress?.status ?? 'PENDING',
    creationTime,
    lastUpdated: progress === undefined ? creationTime : isoTimeOf(progress.asOf),
    failureReason: progress?.failureReason,
    delivery: log.attempts,
    acknowledgedAt: log.acknowledgedAt,
    fragments: fragmentsOf(parseJson<JsonObject>(record.fragments), progress),
  });
}

/** The progress in a record; undefined while nothing has happened. */
export const progressOf = (record: OperationRecord): Progress | undefined =>
  record.progress === undefined ? undefined : parseJson<Progress>(record.progress);

function fragmentsOf(created: JsonObject, progress: Progress | undefined): JsonObject {
  // null in a later change removes the fragment; null from the creation is a value, which can ask to remove a parameter
  const changes = progress?.fragments ?? {};
  const written = Object.entries({ ...created, ...changes }).filter(([name]) => own(changes, name) !== null);
  const fragments: JsonObject = Object.fromEntries(written);
  const { parameters, fragment } = progress ?? {};
  return parameters === undefined ? fragments : withResults(fragments, parameters, fragment);
}

/** Reads a device's journal; an empty one when there is none. */
export const parseAgenda = (journal: AgendaJournal | undefined): AgendaFold =>
  journal === undefined ? EMPTY_AGENDA : parseJson<AgendaFold>(journal.body);

/** What notifications and event processing hear of an operation. */
export const operationChange = (action: Change['action'], operation: Operation): Change => ({
  api: 'operations',
  action,
  sourceId: operation.deviceId,
  object: operationObject(operation),
});

/** The operation as REST shows it, without links (docs/reference/rest-api.md#what-rest-shows-of-an-object). */
export function operationObject(operation: Operation): JsonObject {
  const { id, deviceId, agentId, status, creationTime, lastUpdated, failureReason, fragments } = operation;
  const { delivery, acknowledgedAt } = operation;
  return defined({
    ...fragments,
    id,
    deviceId,
    agentId,
    status,
    creationTime,
    lastUpdated,
    failureReason,
    delivery: {
      log: delivery.map(({ time, clientId, result }) => ({ time, clientId, status: result })),
      status: acknowledgedAt === undefined ? 'PENDING' : 'DELIVERED',
      time: acknowledgedAt ?? delivery.at(-1)?.time ?? creationTime,
    },
  });
}

/**
 * What the values mean that a device reports with a success, by the operation's fragment
 * (docs/reference/static-templates.md#results-of-an-operation).
 */
interface ResultRule {
  /** Members to set within the operation's fragment. */
  readonly operation?: (parameters: readonly string[]) => JsonObject | undefined;
  /** Fragments to set on the device. `fragments` are the operation's; `time` is when the row was received, ISO 8601. */
  readonly device?: (parameters: readonly string[], fragments: JsonObject, time: string) => JsonObject | undefined;
}

const RULES: Readonly<Record<string, ResultRule>> = {
  c8y_Command: { operation: ([result]) => (result === undefined ? undefined : { result }) },
  c8y_LogfileRequest: { operation: ([file]) => (file === undefined ? undefined : { file }) },
  c8y_RelayArray: { device: (states) => (states.length === 0 ? undefined : { c8y_RelayArray: [...states] }) },
  c8y_CommunicationMode: { device: (_, { c8y_CommunicationMode: mode }) => one('c8y_CommunicationMode', mode) },
  // which member holds the time is this platform's choice (docs/reference/static-templates.md#results-of-an-operation)
  c8y_DownloadConfigFile: {
    device: ([given], fragments, time) => {
      const request = asObject(fragments.c8y_DownloadConfigFile);
      const source = asObject(request?.c8y_ConfigurationDump) ?? asObject(fragments.c8y_ConfigurationDump) ?? request;
      return source && { c8y_ConfigurationDump: { ...source, time: given || time } };
    },
  },
};

/** The operation's fragments with the results that a device reported. */
function withResults(fragments: JsonObject, parameters: readonly string[], named?: string): JsonObject {
  const results = rulesFor(fragments, named).flatMap(([name, rule]) => {
    const result = rule.operation?.(parameters);
    return result === undefined ? [] : [[name, { ...asObject(fragments[name]), ...result }] as const];
  });
  return { ...fragments, ...Object.fromEntries(results) };
}

/** The fragments that a SUCCESSFUL operation sets on the device's object; undefined when there are none. */
export function deviceResults(
  fragments: JsonObject,
  {
    parameters,
    named,
    time,
  }: { readonly parameters: readonly string[]; readonly named?: string; readonly time: string },
): JsonObject | undefined {
  const results = rulesFor(fragments, named).flatMap(([, rule]) => rule.device?.(parameters, fragments, time) ?? []);
  return results.length === 0 ? undefined : Object.assign({}, ...results);
}

/**
 * The rules that apply. A row that names a fragment means that one. A row with an id means every fragment of the
 * operation.
 */
function rulesFor(fragments: JsonObject, named: string | undefined): readonly (readonly [string, ResultRule])[] {
  return Object.entries(RULES).filter(
    ([name]) => Object.hasOwn(fragments, name) && (named === undefined || named === name),
  );
}

const one = (name: string, value: Json | undefined): JsonObject | undefined =>
  value === undefined ? undefined : { [name]: value };
