import type { Json, JsonObject } from '../../../base/json';
import { STATIC_DOWNLINK } from '../../../connections/topics';
import { type OperationChannel, singleTopicChannel } from '../../../delivery/channel';
import type { Operation } from '../../../platform/model';
import { operationRows } from './downlink';

/** An operation as the rows of its static templates. */
export const staticRows = ({ deviceSerial, fragments }: Operation): readonly string[] =>
  operationRows({ deviceSerial, fragments, advancedSoftware: usesAdvancedSoftware(fragments) });

/** Only advanced software management knows types, so an entry that has one tells (static-templates 528, 529). */
function usesAdvancedSoftware({ c8y_SoftwareUpdate: entries }: JsonObject): boolean {
  return Array.isArray(entries) && entries.some((entry) => isObject(entry) && typeof entry.softwareType === 'string');
}
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `s/ds`: operations of the connected device and of everything below it. */
export const staticChannel: OperationChannel = singleTopicChannel(STATIC_DOWNLINK, staticRows);
