import type { JsonObject } from '../../base/json';
import { linked, sourcedObject } from '../../changes/links';
import { SUPPRESSED_ALARM_ID } from '../../platform/alarms/alarms';
import { CHILD_KINDS } from '../../platform/inventory/link-items';
import type { Alarm, DeviceEvent, ManagedObject, Measurement, Operation } from '../../platform/model';
import { operationObject } from '../../platform/operations/records';
import type { ChildKind } from '../../storage/keys';
import type { PlatformRequest } from '../request';
import { childrenUrl, childUrl, objectUrl } from './links';

/**
 * What REST shows of an object, with absolute `self` links (docs/reference/rest-api.md#what-rest-shows-of-an-object).
 */
export const measurementView = ({ baseUrl }: PlatformRequest, measurement: Measurement): JsonObject =>
  linked(baseUrl, 'measurements', sourcedObject(measurement));

export const eventView = ({ baseUrl }: PlatformRequest, event: DeviceEvent): JsonObject =>
  linked(baseUrl, 'events', sourcedObject(event));

/** An alarm of a source in maintenance is not created. It is shown without an id, and its `self` leads nowhere. */
export function alarmView({ baseUrl }: PlatformRequest, alarm: Alarm): JsonObject {
  const shown = linked(baseUrl, 'alarms', sourcedObject(alarm));
  if (alarm.id !== SUPPRESSED_ALARM_ID) return shown;
  const { id: _, ...withoutId } = shown;
  return withoutId;
}

export const operationView = ({ baseUrl }: PlatformRequest, operation: Operation): JsonObject =>
  linked(baseUrl, 'operations', operationObject(operation));

/** The children of an object, by kind. */
export type ChildIds = { readonly [K in ChildKind]?: readonly string[] };

/** A managed object with its fragments and the references to its children. */
export function objectView(request: PlatformRequest, object: ManagedObject, children: ChildIds = {}): JsonObject {
  const { fragments, ...members } = object;
  const references = CHILD_KINDS.map((kind) => [
    kind,
    {
      references: (children[kind] ?? []).map((id) => ({
        managedObject: { id, self: objectUrl(request, id) },
        self: childUrl(request, object.id, kind, id),
      })),
      self: childrenUrl(request, object.id, kind),
    },
  ]);
  const shown = linked(request.baseUrl, 'managedobjects', { ...fragments, ...members });
  return { ...shown, ...Object.fromEntries(references) };
}
