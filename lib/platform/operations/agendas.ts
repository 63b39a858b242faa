import type { Clock } from '../../base/clock';
import { printJson } from '../../base/exact-json';
import { OVERTAKEN, versioned } from '../../storage/versioned';
import { fold, JOURNAL_CHARACTERS, JOURNAL_WINDOW_MS, millisOf } from '../journal';
import {
  type AgendaFold,
  type AgendaState,
  agendaStep,
  forgetSettled,
  isClosed,
  type OperationEvent,
  type Progress,
  settleAgenda,
  statusOf,
  take,
} from './fold';
import type { Agenda, AgendaEntry, OperationItems, OperationRecord } from './items';
import { parseAgenda, progressOf } from './records';

/** A record and the progress that is in it now. */
interface Advanced {
  readonly record: OperationRecord;
  readonly progress: Progress;
}

/** What an event did to the operations of a device. */
export interface AgendaChange {
  /** Ids of the operations that the event means, changed by it now or by an earlier delivery of it. */
  readonly taken: readonly string[];
  /** The event has come before, so long ago that it is not known any more what it meant. */
  readonly isSettled?: true;
  /** Records that were changed, and their progress now. */
  readonly changed: readonly Advanced[];
  /** Records that have their progress already. What follows from it may still be missing after a crash. */
  readonly confirmed: readonly Advanced[];
}

/**
 * The open operations of an agent's devices, and the journal of what happened to them in the last minutes. A status
 * change is one Query and two writes: the device's journal under its version, then the record of each operation that it
 * changed.
 */
export class Agendas {
  constructor(
    private readonly items: Pick<
      OperationItems,
      'agenda' | 'writeJournal' | 'writeProgress' | 'readAll' | 'dropEntries'
    >,
    private readonly clock: Clock,
  ) {}

  /**
   * Puts an event into a device's journal and writes what follows from it. An event that can mean no operation is not
   * kept. One that has come before completes the records that a first try has left behind.
   */
  async apply(tenant: string, agent: string, device: string, event: OperationEvent): Promise<AgendaChange> {
    return versioned(this.clock, `operations of device ${device}`, async () => {
      const { entries, journals } = await this.items.agenda(tenant, agent, device);
      const stored = journals[0];
      const before = parseAgenda(stored);
      const { journal, state, taken, how } = take(before, event, entries);
      if (how === 'idle') return { taken, changed: [], confirmed: [] };
      if (how === 'known' || how === 'settled') {
        // the first try may have ended before it had written what became of the others that it moved
        const ids = entries.map(({ id }) => id);
        const completed = await this.complete(tenant, ids, state, stored?.version ?? 0);
        return { taken, ...completed, ...(how === 'settled' && { isSettled: true }) };
      }
      const version = (stored?.version ?? 0) + 1;
      const settled = settleAgenda(journal, entries);
      const { kept, completed } = await this.prune(tenant, agent, entries, { stored: before, settled, version });
      if (!(await this.items.writeJournal(tenant, agent, { device, version, body: printJson(kept) }))) return OVERTAKEN;
      const moved = changedBetween(fold(before, agendaStep(entries)), state);
      const changed = await this.write(tenant, event, state, moved, version);
      return { taken, changed: [...completed.changed, ...changed], confirmed: completed.confirmed };
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
    return entries.filter(({ id, device, goneAt }) => {
      if (goneAt !== undefined) return false;
      const state = states.get(device);
      return statuses.includes(state === undefined ? 'PENDING' : statusOf(state, id));
    });
  }

  /**
   * Takes closed operations off the agenda: those that closed before the journal's window, or all when their results
   * get too long. Their records are looked at before, because nobody completes them afterwards. The entries are removed
   * before the journal is written, so that no closed operation becomes PENDING again. So only those go that the stored
   * journal says have closed: the new one may never be stored, because another writer was faster.
   */
  private async prune(
    tenant: string,
    agent: string,
    entries: readonly AgendaEntry[],
    {
      stored,
      settled,
      version,
    }: { readonly stored: AgendaFold; readonly settled: AgendaFold; readonly version: number },
  ): Promise<{ readonly kept: AgendaFold; readonly completed: Completed }> {
    const newest = settled.events.at(-1);
    const horizon = newest === undefined ? 0 : millisOf(newest.asOf) - JOURNAL_WINDOW_MS;
    const tooLong = printJson(settled.base.progress).length > JOURNAL_CHARACTERS;
    const isOver = ({ status, asOf }: Progress) => isClosed(status) && (tooLong || millisOf(asOf) < horizon);
    const deleted = entries.filter(({ goneAt }) => goneAt !== undefined && millisOf(goneAt) < horizon);
    const ended = Object.entries(stored.base.progress).flatMap(([id, one]) => (isOver(one) ? [id] : []));
    const over = new Set([...ended, ...deleted.map(({ id }) => id)]);
    const completed = await this.complete(tenant, [...over], stored.base, version - 1);
    const [gone, left] = [entries.filter(({ id }) => over.has(id)), entries.filter(({ id }) => !over.has(id))];
    await this.items.dropEntries(tenant, agent, gone);
    // one that is not on the agenda any more is over, too: an earlier try has taken it off and then ended
    const isLeft = ([id]: readonly [string, Progress]) => left.some((entry) => entry.id === id);
    const progress = Object.fromEntries(Object.entries(settled.base.progress).filter(isLeft));
    return { kept: forgetSettled({ ...settled, base: { progress, taken: [] } }, left), completed };
  }

  /** Writes the progress into those records that do not have it. */
  private async complete(
    tenant: string,
    ids: readonly string[],
    { progress }: AgendaState,
    version: number,
  ): Promise<Completed> {
    const changed: Advanced[] = [];
    const confirmed: Advanced[] = [];
    for (const record of ids.length === 0 ? [] : await this.items.readAll(tenant, ids)) {
      const own = progress[record.id] ?? backTo(record);
      if (own === undefined) continue;
      const text = printJson(own);
      if (record.progress === text) confirmed.push({ record, progress: own });
      else {
        const written = await this.items.writeProgress(tenant, record.id, version, text);
        if (written !== undefined) changed.push({ record: written, progress: own });
      }
    }
    return { changed, confirmed };
  }

  private async write(
    tenant: string,
    event: OperationEvent,
    state: AgendaState,
    moved: readonly string[],
    version: number,
  ): Promise<readonly Advanced[]> {
    const written: Advanced[] = [];
    for (const id of moved) {
      const progress = state.progress[id] ?? { status: 'PENDING', asOf: event.asOf };
      const record = await this.items.writeProgress(tenant, id, version, printJson(progress));
      if (record !== undefined) written.push({ record, progress });
    }
    return written;
  }
}

/** What an operation is that no event means any more. Undefined when it says so already. */
function backTo(record: OperationRecord): Progress | undefined {
  const { status, asOf } = progressOf(record) ?? { status: 'PENDING' };
  return status === 'PENDING' || asOf === undefined ? undefined : { status: 'PENDING', asOf };
}

type Completed = Pick<AgendaChange, 'changed' | 'confirmed'>;

/**
 * Ids of the operations whose progress differs. An operation that the new fold no longer takes is among them; it is
 * PENDING again.
 */
function changedBetween(old: AgendaState, state: AgendaState): readonly string[] {
  const ids = new Set([...Object.keys(old.progress), ...Object.keys(state.progress)]);
  return [...ids].filter((id) => printJson(old.progress[id]) !== printJson(state.progress[id]));
}
