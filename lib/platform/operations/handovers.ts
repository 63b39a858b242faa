import type { Clock } from '../../base/clock';
import { printJson } from '../../base/exact-json';
import { isoOf } from '../../base/instant';
import type { DeliveryAttempt, Operation } from '../model';
import type { Agendas } from './agendas';
import type { AgendaEntry, OperationItems } from './items';

/** Attempts that are kept on the record; the latest ones. */
const ATTEMPTS_KEPT = 20;

/** Reads the operations behind entries of an agent's agenda. */
export type OperationsBehind = (
  tenant: string,
  agentId: string,
  entries: readonly AgendaEntry[],
) => Promise<readonly Operation[]>;

/**
 * When operations were handed over to the device: sent to it, given in the answer to its question, or read by it over
 * REST. A row without an id means only what was handed over before it
 * (docs/reference/static-templates.md#which-operation-a-status-row-means). So the time is written before the operation
 * goes out: the device's row may come before any answer of the broker.
 */
export class Handovers {
  constructor(
    private readonly items: OperationItems,
    private readonly agendas: Agendas,
    private readonly clock: Clock,
    private readonly behind: OperationsBehind,
  ) {}

  /**
   * All PENDING operations of an agent and the devices below it, oldest first, which the caller hands over. One Query,
   * one read for each operation, and one write for each that the device reads for the first time.
   */
  async answer(tenant: string, agentId: string): Promise<readonly Operation[]> {
    const pending = await this.agendas.pending(tenant, agentId);
    const operations = await this.behind(tenant, agentId, pending);
    await this.note(tenant, operations, pending);
    return operations;
  }

  /**
   * The device reads operations over REST. It costs one Query for each agent with PENDING ones among them, and one
   * write for each that the device reads for the first time.
   */
  async read(tenant: string, operations: readonly Operation[]): Promise<void> {
    const pending = operations.filter(({ status }) => status === 'PENDING');
    for (const agentId of new Set(pending.map((operation) => operation.agentId))) {
      const own = pending.filter((operation) => operation.agentId === agentId);
      await this.note(tenant, own, await this.agendas.pending(tenant, agentId));
    }
  }

  /** An operation is about to be sent; one write. `sentAt` is in ms since the epoch. */
  async sending(tenant: string, operation: Operation, sentAt: number): Promise<void> {
    await this.items.writeSent(tenant, operation, sentAt);
  }

  /** What came of sending an operation: one write, two when the device has it. Times are in ms since the epoch. */
  async sent(
    tenant: string,
    operation: Operation,
    attempts: readonly DeliveryAttempt[],
    { sentAt, acknowledgedAt }: { readonly sentAt: number; readonly acknowledgedAt?: number },
  ): Promise<void> {
    const log = {
      attempts: [...operation.delivery, ...attempts].slice(-ATTEMPTS_KEPT),
      acknowledgedAt: acknowledgedAt === undefined ? undefined : isoOf(acknowledgedAt),
    };
    const reached = attempts.some(({ result }) => result === 'ACKNOWLEDGED' || result === 'UNKNOWN');
    if (!reached) await this.items.removeSent(tenant, operation, sentAt);
    await this.items.writeDelivery(tenant, operation, printJson(log), acknowledgedAt);
  }

  /** A time of sending is no reason to write nothing: it is taken back when the message does not get through. */
  private async note(tenant: string, operations: readonly Operation[], agenda: readonly AgendaEntry[]): Promise<void> {
    const handedOver = agenda.filter(({ readAt, acknowledgedAt }) => (readAt ?? acknowledgedAt) !== undefined);
    const known = new Set(handedOver.map(({ id }) => id));
    const now = this.clock.now();
    for (const operation of operations) {
      if (!known.has(operation.id)) await this.items.writeRead(tenant, operation, now);
    }
  }
}
