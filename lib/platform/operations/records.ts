import { defined } from '../../base/defined';
import type { JsonObject } from '../../base/json';
import type { Change } from '../../changes/changes';
import { isoTimeOf } from '../journal';
import type { DeliveryAttempt, Operation } from '../model';
import { type AgendaFold, EMPTY_AGENDA, type Progress } from './fold';
import type { AgendaJournal, OperationRecord } from './items';
import { withResults } from './results';

/** What is known of an operation's way to its agent. */
export interface DeliveryLog {
  readonly attempts: readonly DeliveryAttempt[];
  readonly acknowledgedAt?: string;
}

const NOT_SENT: DeliveryLog = { attempts: [] };

/** The record's parts put together (rest-api section 9). Their JSON is written by this room alone. */
export function operationOf(record: OperationRecord): Operation {
  const progress = record.progress === undefined ? undefined : (JSON.parse(record.progress) as Progress);
  const log = record.delivery === undefined ? NOT_SENT : (JSON.parse(record.delivery) as DeliveryLog);
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
    fragments: fragmentsOf(JSON.parse(record.fragments) as JsonObject, progress),
  });
}

export const progressOf = (record: OperationRecord): Progress | undefined =>
  record.progress === undefined ? undefined : (JSON.parse(record.progress) as Progress);

function fragmentsOf(created: JsonObject, progress: Progress | undefined): JsonObject {
  // null written later removes; null from the creation is a value, which may ask to remove a parameter
  const changes = progress?.fragments ?? {};
  const written = Object.entries({ ...created, ...changes }).filter(([name]) => changes[name] !== null);
  const fragments: JsonObject = Object.fromEntries(written);
  const { parameters, fragment } = progress ?? {};
  return parameters === undefined ? fragments : withResults(fragments, parameters, fragment);
}

export const parseAgenda = (journal: AgendaJournal | undefined): AgendaFold =>
  journal === undefined ? EMPTY_AGENDA : (JSON.parse(journal.body) as AgendaFold);

export const operationChange = (action: Change['action'], operation: Operation): Change => ({
  api: 'operations',
  action,
  sourceId: operation.deviceId,
  object: operationObject(operation),
});

/** The operation as REST shows it, without links (rest-api section 9). */
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
