import type { Clock } from '../../base/clock';
import { OVERTAKEN, versioned } from '../../storage/versioned';
import { fold, JOURNAL_CHARACTERS, JOURNAL_WINDOW_MS, millisOf, settle } from '../journal';
import {
  type AgendaFold,
  type AgendaState,
  agendaStep,
  isClosed,
  type OperationEvent,
  type Progress,
  statusOf,
  take,
} from './fold';
import type { Agenda, AgendaEntry, OperationItems, OperationRecord } from './items';
import { parseAgenda } from './records';

/** What an event did to the operations of a device. */
export interface AgendaChange {
  /** Ids of the operations that the event means, changed by it now or by an earlier delivery of it. */
  readonly taken: readonly string[];
  /** Records that the event changed, and their progress now. */
  readonly changed: readonly { readonly record: OperationRecord; readonly progress: Progress }[];
}

/**
 * The open operations of an agent's devices, and the journal of what happened to them in the last minutes. A status
 * change is one Query and two writes: the device's journal under its version, then the record of each operation that it
 * changed.
 */
export class Agendas {
  constructor(
    private readonly items: OperationItems,
    private readonly clock: Clock,
  ) {}

  /**
   * Puts an event into a device's journal and writes what follows from it. An event that can mean no operation is not
   * kept.
   */
  async apply(tenant: string, agent: string, device: string, event: OperationEvent): Promise<AgendaChange> {
    return versioned(this.clock, `operations of device ${device}`, async () => {
      const { entries, journals } = await this.items.agenda(tenant, agent, device);
      const stored = journals[0];
      const before = parseAgenda(stored);
      const { journal, state, taken, how } = take(before, event, entries);
      if (how === 'idle') return { taken, changed: [] };
      if (how === 'known')
        return this.write(tenant, event, { taken, state, changed: taken, version: stored?.version ?? 0 });
      const version = (stored?.version ?? 0) + 1;
      const step = agendaStep(entries);
      const kept = await this.prune(tenant, agent, entries, settle(journal, step));
      if (!(await this.items.writeJournal(tenant, agent, { device, version, body: JSON.stringify(kept) })))
        return OVERTAKEN;
      const changed = changedBetween(fold(before, step), state);
      return this.write(tenant, event, { taken, state, changed, version });
    });
  }

  /** The PENDING entries of an agent's agenda, oldest first: one Query. */
  async pending(tenant: string, agent: string): Promise<readonly AgendaEntry[]> {
    return this.open(await this.items.agenda(tenant, agent), ['PENDING']);
  }

  /** Entries with one of these statuses: one Query. Closed operations stay on the agenda for some minutes. */
  async withStatus(tenant: string, agent: string, statuses: readonly string[]): Promise<readonly AgendaEntry[]> {
    return this.open(await this.items.agenda(tenant, agent), statuses);
  }

  private open({ entries, journals }: Agenda, statuses: readonly string[]): readonly AgendaEntry[] {
    const states = new Map(
      journals.map((journal) => {
        const own = entries.filter(({ device }) => device === journal.device);
        return [journal.device, fold(parseAgenda(journal), agendaStep(own))] as const;
      }),
    );
    return entries.filter(({ id, device }) => {
      const state = states.get(device);
      return statuses.includes(state === undefined ? 'PENDING' : statusOf(state, id));
    });
  }

  /**
   * Takes closed operations off the agenda: those that closed before the journal's window, or all when their results
   * get too long. The entries are removed before the journal is written, so that no closed operation becomes PENDING
   * again.
   */
  private async prune(
    tenant: string,
    agent: string,
    entries: readonly AgendaEntry[],
    journal: AgendaFold,
  ): Promise<AgendaFold> {
    const newest = journal.events.at(-1);
    const horizon = newest === undefined ? 0 : millisOf(newest.asOf) - JOURNAL_WINDOW_MS;
    const tooLong = JSON.stringify(journal.base.progress).length > JOURNAL_CHARACTERS;
    const isOver = ({ status, asOf }: Progress) => isClosed(status) && (tooLong || millisOf(asOf) < horizon);
    const progress = Object.entries(journal.base.progress);
    const over = new Set(progress.filter(([, one]) => isOver(one)).map(([id]) => id));
    await this.items.dropEntries(
      tenant,
      agent,
      entries.filter(({ id }) => over.has(id)),
    );
    const kept = Object.fromEntries(progress.filter(([id]) => !over.has(id)));
    return { base: { progress: kept, taken: [] }, events: journal.events };
  }

  private async write(
    tenant: string,
    event: OperationEvent,
    {
      taken,
      state,
      changed,
      version,
    }: { taken: readonly string[]; state: AgendaState; changed: readonly string[]; version: number },
  ): Promise<AgendaChange> {
    const written: { record: OperationRecord; progress: Progress }[] = [];
    for (const id of changed) {
      const progress = state.progress[id] ?? { status: 'PENDING', asOf: event.asOf };
      const record = await this.items.writeProgress(tenant, id, version, JSON.stringify(progress));
      if (record !== undefined) written.push({ record, progress });
    }
    return { taken, changed: written };
  }
}

/**
 * Ids of the operations whose progress differs. An operation that the new fold no longer takes is among them; it is
 * PENDING again.
 */
function changedBetween(old: AgendaState, state: AgendaState): readonly string[] {
  const ids = new Set([...Object.keys(old.progress), ...Object.keys(state.progress)]);
  return [...ids].filter((id) => JSON.stringify(old.progress[id]) !== JSON.stringify(state.progress[id]));
}
