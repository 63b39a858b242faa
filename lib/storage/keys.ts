import { createHash } from 'node:crypto';
import type { Key } from './table';

/**
 * Every key of both tables is made in this file. Keys start with the tenant, so that no query can cross tenants. The
 * exceptions are found by an id from which the tenant is learned: the claim of a client ID, a real-time session and a
 * WebSocket. The list of tenants is another one. docs/data-model.md#data-model lists who reads them. Parts that come
 * from outside are escaped, so that a `#` in a name is never taken for the separator.
 */
const part = (text: string): string => text.replace(/[%#]/g, (sign) => (sign === '%' ? '%25' : '%23'));
/**
 * Bytes of a part, for text that a device chooses freely: a sort key holds 1 KB. Longer text becomes its hash after
 * `%~`, which occurs in no escaped text.
 */
const SHORT = 256;
const shortPart = (text: string): string => {
  const escaped = part(text);
  if (Buffer.byteLength(escaped) <= SHORT) return escaped;
  return `%~${createHash('sha256').update(text).digest('hex')}`;
};
/** Bytes of a partition key and of a sort key (docs/reference/aws-platform.md#items-and-units). */
const PARTITION_KEY = 2048;
const SORT_KEY = 1024;
/** Parts of a key as they are, or as their hash where the key would be too long. */
const fitted = (prefix: string, parts: readonly string[], limit: number): string => {
  const plain = [prefix, ...parts.map(part)].join('#');
  if (Buffer.byteLength(plain) <= limit) return plain;
  return `${prefix}#%~${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
};
const tenantKey = (tenant: string, ...parts: string[]): string => ['T', part(tenant), ...parts].join('#');

/** Registry: which tenant and user a device identifier belongs to, in the whole account. */
export const claimKey = (serial: string): Key => ({ pk: `CLAIM#${part(serial)}`, sk: 'CLAIM' });

/** Registry: all tenants. Scheduled work goes through them. */
export const tenantsPartition = 'TENANTS';
export const tenantKeyOf = (tenant: string): Key => ({ pk: tenantsPartition, sk: part(tenant) });
export const tenantOptionKey = (tenant: string, category: string, key: string): Key => ({
  pk: tenantKey(tenant, 'OPTIONS'),
  sk: `${part(category)}#${part(key)}`,
});

/** Registry: users and their secrets. */
export const userKey = (tenant: string, user: string): Key => ({ pk: tenantKey(tenant, 'U', part(user)), sk: 'USER' });

/** Registry: a managed object. Its external ids, parents and children are in the same partition. */
export const objectPartition = (tenant: string, id: string): string => tenantKey(tenant, 'MO', part(id));
export const objectKey = (tenant: string, id: string): Key => ({ pk: objectPartition(tenant, id), sk: 'MO' });
export type ChildKind = 'childDevices' | 'childAssets' | 'childAdditions';
export const childKey = (tenant: string, id: string, kind: ChildKind, child: string): Key => ({
  pk: objectPartition(tenant, id),
  sk: `CHILD#${kind}#${part(child)}`,
});
export const parentKey = (tenant: string, id: string, kind: ChildKind, parent: string): Key => ({
  pk: objectPartition(tenant, id),
  sk: `PARENT#${kind}#${part(parent)}`,
});
export const objectExternalIdKey = (tenant: string, id: string, type: string, externalId: string): Key => ({
  pk: objectPartition(tenant, id),
  sk: fitted('XID', [type, externalId], SORT_KEY),
});
/** Registry: external id → managed object. Whoever writes this item first creates the device. */
export const externalIdKey = (tenant: string, type: string, externalId: string): Key => ({
  pk: fitted(tenantKey(tenant, 'XID'), [type, externalId], PARTITION_KEY),
  sk: 'XID',
});

/** Registry: inventory lists. One item per object and list: all objects, a type, a fragment, an owner. */
export const inventoryListKey = (
  tenant: string,
  list: { readonly by: 'all' } | { readonly by: 'type' | 'fragment' | 'owner'; readonly value: string },
  id: string,
): Key => ({
  pk:
    list.by === 'all'
      ? tenantKey(tenant, 'INV')
      : fitted(tenantKey(tenant, 'INV', list.by), [list.value], PARTITION_KEY),
  sk: part(id),
});

/** Registry: alarms. The slot holds the open alarm of a type; closed ones move to the history beside it. */
export const alarmPartition = (tenant: string, device: string): string => tenantKey(tenant, 'AL', part(device));
export const alarmSlotKey = (tenant: string, device: string, type: string): Key => ({
  pk: alarmPartition(tenant, device),
  sk: `SLOT#${shortPart(type)}`,
});
export const alarmHistoryKey = (tenant: string, device: string, alarmId: string): Key => ({
  pk: alarmPartition(tenant, device),
  sk: `HIST#${part(alarmId)}`,
});

/** Registry: the operation record. */
export const operationKey = (tenant: string, id: string): Key => ({ pk: tenantKey(tenant, 'OP', part(id)), sk: 'OP' });
/** Registry: which operations an object has, as device or as agent, by ascending id. */
export const operationListPartition = (tenant: string, object: string): string =>
  tenantKey(tenant, 'OPS', part(object));
export const operationListKey = (tenant: string, object: string, operation: string): Key => ({
  pk: operationListPartition(tenant, object),
  sk: part(operation),
});
/** Registry: an agent's agenda. It holds the open operations of each of its devices and the journal of each device. */
export const agendaPartition = (tenant: string, agent: string): string => tenantKey(tenant, 'AGENDA', part(agent));
export const agendaDevicePrefix = (device: string): string => `${part(device)}#`;
export const agendaKey = (tenant: string, agent: string, device: string, operation: string): Key => ({
  pk: agendaPartition(tenant, agent),
  sk: `${agendaDevicePrefix(device)}OP#${part(operation)}`,
});
export const agendaJournalKey = (tenant: string, agent: string, device: string): Key => ({
  pk: agendaPartition(tenant, agent),
  sk: `${agendaDevicePrefix(device)}JOURNAL`,
});

/**
 * Registry: the status of a service that is not there yet. It is under the serial of the sender, so that no other
 * device can take it.
 */
export const lateStatusKey = (tenant: string, sender: string, service: string): Key => ({
  pk: tenantKey(tenant, 'LATE', part(sender)),
  sk: `STATUS#${shortPart(service)}`,
});

/**
 * Registry: the connection of a device, with client ID, session and subscriptions. The device identifier is the key, so
 * that every spelling of the client ID leads to the same item.
 */
export const connectionKey = (tenant: string, serial: string): Key => ({
  pk: tenantKey(tenant, 'CONN', part(serial)),
  sk: 'CONN',
});

/**
 * Registry indexes, sparse and with keys only. `listPk`/`listSk` is for lists by time, `duePk`/`dueAt` for devices that
 * may become silent for too long. Each has a reader (docs/decisions/0024-no-index-without-a-reader.md).
 */
export const LIST_INDEX = 'list';
export const DUE_INDEX = 'due';
export const listPartition = (tenant: string, kind: 'operations' | 'alarms', ...parts: string[]): string =>
  tenantKey(tenant, 'LIST', kind, ...parts.map(part));
export const duePartition = (tenant: string, kind: 'availability'): string => tenantKey(tenant, 'DUE', kind);

/**
 * Telemetry: a device's readings of one calendar month (UTC). docs/data-model.md#measurements-and-events says why a
 * month.
 */
export const readingsPartition = (tenant: string, device: string, month: string): string =>
  tenantKey(tenant, 'D', part(device), month);
/** Telemetry: which months a device has readings for. */
export const monthsPartition = (tenant: string, device: string): string => tenantKey(tenant, 'MONTHS', part(device));
/** Telemetry: messages that remove fragments of events of a type, beside the months. */
export const eventClearsKey = (tenant: string, device: string, type: string): Key => ({
  pk: monthsPartition(tenant, device),
  sk: `CLEARS#${shortPart(type)}`,
});

/** Registry: the advanced software list of a device, with its journal. */
export const softwareKey = (tenant: string, id: string): Key => ({ pk: objectPartition(tenant, id), sk: 'SOFTWARE' });

/** Registry: whether anybody in the tenant hears of changes. */
export const listenersKey = (tenant: string): Key => ({ pk: tenantKey(tenant, 'LISTENERS'), sk: 'LISTENERS' });

/**
 * Registry: real-time notifications. A session is found by its client ID alone: 160 random bits that only its client
 * knows. A WebSocket is found by the ID that API Gateway gave it.
 */
export const sessionPartition = (clientId: string): string => `RT#${part(clientId)}`;
export const sessionKey = (clientId: string): Key => ({ pk: sessionPartition(clientId), sk: 'SESSION' });
/** Registry: what a session subscribed to, and what waits for it. The mail sorts before the session. */
export const ownSubscriptionKey = (clientId: string, channel: string): Key => ({
  pk: sessionPartition(clientId),
  sk: `SUB#${part(channel)}`,
});
export const mailKey = (clientId: string, order: string): Key => ({
  pk: sessionPartition(clientId),
  sk: `MAIL#${order}`,
});
export const webSocketKey = (connectionId: string): Key => ({ pk: `WS#${part(connectionId)}`, sk: 'WS' });
/** Registry: who listens to a channel, or to all channels of a kind that share a partition. */
export const channelPartition = (tenant: string, channel: string): string =>
  tenantKey(tenant, 'CHANNEL', part(channel));
export const channelSubscriptionKey = (tenant: string, channel: string, member: string): Key => ({
  pk: channelPartition(tenant, channel),
  sk: part(member),
});
