import type { Clock } from '../base/clock';
import { defined } from '../base/defined';
import type { Connection } from '../connections/connection-items';
import type { Connections } from '../connections/connections';
import { listensOn } from '../connections/state';
import type { DeliveryAttempt, Operation } from '../platform/model';
import type { Handovers } from '../platform/operations/handovers';
import type { Operations } from '../platform/operations/operations';
import type { DeviceMessenger, SendResult } from './messenger';
import type { DeliveryRequest } from './queue';

/** Rows of one operation for one topic; they share a message. */
export interface OperationRows {
  readonly topic: string;
  readonly rows: readonly string[];
}

/** One way an operation can be written for a device: static templates on `s/ds`, a template collection, JSON. */
export interface OperationWriter {
  /**
   * The operation as rows, for each topic that this writer uses for the device. The device need not listen on the
   * topic. Empty when this writer has no form for the operation.
   */
  writeOperation(operation: Operation, connection: Connection): readonly OperationRows[];
}

export interface DeliverDeps {
  readonly operations: Pick<Operations, 'pendingOf'> & { readonly handovers: Pick<Handovers, 'sending' | 'sent'> };
  readonly connections: Pick<Connections, 'find'>;
  readonly messenger: DeviceMessenger;
  readonly writers: readonly OperationWriter[];
  readonly clock: Clock;
}

/** The result of bringing a device up to date, for the log line. */
export interface DeliveryReport {
  /** Operations the device has acknowledged. */
  readonly delivered: number;
  /**
   * Operations that have no form on any topic the device listens on, or that the broker refused. They stay PENDING and
   * do not hold up the others.
   */
  readonly skipped: number;
  /** Why the rest was not sent; absent when every operation had its turn. */
  readonly stopped?: 'offline' | 'unknown';
}

/** The broker is too busy: the queue has to try again. */
export class RetryableDelivery extends Error {
  override readonly name = 'RetryableDelivery';
}

/** After a disconnect that is this recent, the device may have connected again already. */
const FRESH_MS = 60_000;

/**
 * Sends an agent its PENDING operations that it has not acknowledged, oldest first and one by one
 * (docs/data-model.md#connections-and-delivery). Stops at the first one that does not get through, so that order holds.
 * The others wait for the next SUBSCRIBE or the next operation; a `500` asks for them too.
 *
 * @throws RetryableDelivery when the broker throttles or fails
 */
export async function bringUpToDate(request: DeliveryRequest, deps: DeliverDeps): Promise<DeliveryReport> {
  const { tenant, agentId, agentSerial } = request;
  const connection = await deps.connections.find(tenant, agentSerial);
  if (connection === undefined || isGone(connection, deps.clock.now())) {
    return { delivered: 0, skipped: 0, stopped: 'offline' };
  }
  let delivered = 0;
  let skipped = 0;
  for (const operation of await deps.operations.pendingOf(tenant, agentId, { undelivered: true })) {
    const rows = rowsFor(operation, connection, deps);
    if (rows.length === 0) {
      skipped++;
      continue;
    }
    const results = await sendOperation(tenant, operation, connection, rows, deps);
    if (results.includes('throttled')) throw new RetryableDelivery(`operation ${operation.id} of ${agentSerial}`);
    if (results.includes('acknowledged')) delivered++;
    else if (results.includes('refused')) skipped++;
    const stopped = results.find((result) => result === 'offline' || result === 'unknown');
    if (stopped === 'offline' || stopped === 'unknown') return { delivered, skipped, stopped };
  }
  return { delivered, skipped };
}

/** The rows of an operation, for the topics the device listens on. */
function rowsFor(
  operation: Operation,
  connection: Connection,
  { writers, clock }: Pick<DeliverDeps, 'writers' | 'clock'>,
): readonly OperationRows[] {
  return writers
    .flatMap((writer) => writer.writeOperation(operation, connection))
    .filter(({ topic, rows }) => rows.length > 0 && listensOn(connection, topic, clock.now()));
}

/** Sends the messages of one operation until one fails, and stores the attempts. */
async function sendOperation(
  tenant: string,
  operation: Operation,
  { clientId, session }: Connection,
  messages: readonly OperationRows[],
  { messenger, operations, clock }: DeliverDeps,
): Promise<readonly SendResult[]> {
  // written before sending, because the device's 501 can arrive before the broker's answer
  const sentAt = clock.now();
  await operations.handovers.sending(tenant, operation, sentAt);
  const results: SendResult[] = [];
  for (const { topic, rows } of messages) {
    const result = await messenger.send(clientId, topic, rows.join('\n'), { confirm: true });
    results.push(result);
    if (result !== 'acknowledged' && result !== 'refused') break;
  }
  const time = new Date(sentAt).toISOString();
  const attempts = results.map(
    (result): DeliveryAttempt => ({ time, clientId, connection: session, result: KEPT_AS[result] }),
  );
  const reached = results.includes('acknowledged');
  const acknowledgedAt = reached ? clock.now() : undefined;
  await operations.handovers.sent(tenant, operation, attempts, defined({ sentAt, acknowledgedAt }));
  return results;
}

const KEPT_AS: Readonly<Record<SendResult, DeliveryAttempt['result']>> = {
  acknowledged: 'ACKNOWLEDGED',
  sent: 'UNKNOWN',
  offline: 'OFFLINE',
  unknown: 'UNKNOWN',
  refused: 'REFUSED',
  throttled: 'THROTTLED',
};

const isGone = ({ disconnectedAt }: Connection, now: number): boolean =>
  disconnectedAt !== undefined && now - disconnectedAt > FRESH_MS;
