import { lateStatusKey } from '../../storage/keys';
import type { Table } from '../../storage/table';
import { asOf } from '../journal';
import type { Origin } from '../model';

/** The status of a service that was not there yet, and the message that it came with. */
export interface LateStatus {
  readonly status: string;
  readonly origin: Pick<Origin, 'receivedAt' | 'messageId' | 'row'>;
}

/** Whose message it was, and which service it is about. Both are serials. */
export interface StatusOwner {
  readonly tenant: string;
  readonly sender: string;
  readonly service: string;
}

/** Ms for which a status is kept. It covers the retries of a message that overtook another one. */
const KEPT_MS = 60 * 60_000;

/** Keeps the status, unless a newer one is kept already: one write. */
export async function keepLateStatus(
  registry: Table,
  { tenant, sender, service }: StatusOwner,
  { status, origin }: LateStatus,
): Promise<void> {
  const { receivedAt, messageId, row } = origin;
  const item = { s: status, r: receivedAt, m: messageId, n: row, a: asOf(origin) };
  await registry.put(
    { ...lateStatusKey(tenant, sender, service), ...item, ttl: Math.ceil((receivedAt + KEPT_MS) / 1000) },
    { text: 'attribute_not_exists(pk) OR a <= :a', values: { ':a': item.a } },
  );
}

/** The newest status that is kept: one read. */
export async function lateStatusOf(
  registry: Table,
  { tenant, sender, service }: StatusOwner,
): Promise<LateStatus | undefined> {
  const item = await registry.get(lateStatusKey(tenant, sender, service));
  return item && { status: item.s, origin: { receivedAt: item.r, messageId: item.m, row: item.n } };
}
