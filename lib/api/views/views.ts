import type { JsonObject } from '../../base/json';
import { SUPPRESSED_ALARM_ID } from '../../platform/alarms/alarms';
import { CHILD_KINDS } from '../../platform/inventory/link-items';
import type { Alarm, DeviceEvent, ManagedObject, Measurement, Operation } from '../../platform/model';
import type { ChildKind } from '../../storage/keys';
import type { PlatformRequest } from '../request';
import { alarmUrl, childrenUrl, eventUrl, measurementUrl, objectUrl, operationUrl } from './links';

/** How REST shows what the platform keeps: the members of section 5 to 9 of rest-api, with absolute `self` links. */
export function measurementView(request: PlatformRequest, measurement: Measurement): JsonObject {
  const { id, source, time, type, fragments } = measurement;
  return { ...fragments, id, self: measurementUrl(request, id), source: sourceView(request, source), time, type };
}

export function eventView(request: PlatformRequest, event: DeviceEvent): JsonObject {
  const { source, fragments, ...members } = event;
  return { ...fragments, ...members, self: eventUrl(request, event.id), source: sourceView(request, source) };
}

/** An alarm that was not created, its source being in maintenance, has no id and a `self` that leads nowhere. */
export function alarmView(request: PlatformRequest, alarm: Alarm): JsonObject {
  const { id, source, fragments, ...members } = alarm;
  return {
    ...fragments,
    ...(id !== SUPPRESSED_ALARM_ID && { id }),
    ...members,
    self: alarmUrl(request, id),
    source: sourceView(request, source),
  };
}

export function operationView(request: PlatformRequest, operation: Operation): JsonObject {
  const { id, deviceId, agentId, status, creationTime, lastUpdated, failureReason, fragments } = operation;
  return {
    ...fragments,
    id,
    self: operationUrl(request, id),
    deviceId,
    agentId,
    status,
    creationTime,
    lastUpdated,
    ...(failureReason !== undefined && { failureReason }),
    delivery: deliveryView(operation),
  };
}

/** mqtt-implementation section 19: what is known of the way to the agent, the latest attempt's result first. */
function deliveryView({ delivery, acknowledgedAt, creationTime }: Operation): JsonObject {
  const last = delivery.at(-1);
  return {
    log: delivery.map(({ time, clientId, result }) => ({ time, clientId, status: result })),
    status: acknowledgedAt === undefined ? 'PENDING' : 'DELIVERED',
    time: acknowledgedAt ?? last?.time ?? creationTime,
  };
}

/** The children of an object, by kind. */
export type ChildIds = { readonly [K in ChildKind]?: readonly string[] };

export function objectView(request: PlatformRequest, object: ManagedObject, children: ChildIds = {}): JsonObject {
  const { fragments, ...members } = object;
  const references = CHILD_KINDS.map((kind) => [
    kind,
    {
      references: (children[kind] ?? []).map((id) => ({
        managedObject: { id, self: objectUrl(request, id) },
        self: `${childrenUrl(request, object.id, kind)}/${encodeURIComponent(id)}`,
      })),
      self: childrenUrl(request, object.id, kind),
    },
  ]);
  return { ...fragments, ...members, self: objectUrl(request, object.id), ...Object.fromEntries(references) };
}

const sourceView = (request: PlatformRequest, id: string): JsonObject => ({ id, self: objectUrl(request, id) });
