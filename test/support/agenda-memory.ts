import { defined } from '../../lib/base/defined';
import type { OperationStatus } from '../../lib/platform/model';
import type { Progress } from '../../lib/platform/operations/fold';
import type { AgendaEntry, AgendaJournal, OperationItems, OperationRecord } from '../../lib/platform/operations/items';

/** The agenda of one device, in memory. */
export class AgendaMemory
  implements Pick<OperationItems, 'agenda' | 'writeJournal' | 'writeProgress' | 'readAll' | 'dropEntries'>
{
  entries: AgendaEntry[] = [];
  journal: AgendaJournal | undefined;
  readonly records = new Map<string, OperationRecord>();
  private writesLeft: number | undefined;

  /** Lets writes fail after the next ones; `undefined` lets none fail. */
  failAfter(writes: number | undefined): void {
    this.writesLeft = writes;
  }
  private write(): void {
    if (this.writesLeft === 0) throw new Error('the write was lost');
    if (this.writesLeft !== undefined) this.writesLeft--;
  }

  add(entry: AgendaEntry): void {
    const { id, device } = entry;
    this.entries.push(entry);
    const serials = { deviceSerial: 'SN', agentSerial: 'SN' };
    const creationTime = new Date(0).toISOString();
    this.records.set(id, { id, deviceId: device, agentId: device, ...serials, creationTime, fragments: '{}' });
  }
  async agenda() {
    return { entries: [...this.entries], journals: this.journal === undefined ? [] : [this.journal] };
  }
  async writeJournal(_tenant: string, _agent: string, journal: AgendaJournal) {
    this.write();
    if (journal.version !== (this.journal?.version ?? 0) + 1) return false;
    this.journal = journal;
    return true;
  }
  async writeProgress(_tenant: string, id: string, progressVersion: number, progress: string) {
    const record = this.records.get(id);
    if (record === undefined || (record.progressVersion ?? 0) > progressVersion) return undefined;
    this.write();
    const written = { ...record, progress, progressVersion };
    this.records.set(id, written);
    return written;
  }
  async readAll(_tenant: string, ids: readonly string[]) {
    return ids.flatMap((id) => this.records.get(id) ?? []);
  }
  async dropEntries(_tenant: string, _agent: string, entries: readonly AgendaEntry[]) {
    if (entries.length > 0) this.write();
    this.entries = this.entries.filter(({ id }) => !entries.some((entry) => entry.id === id));
  }

  /** What became of each operation. */
  ends(): readonly { readonly id: string; readonly status: OperationStatus; readonly said?: readonly string[] }[] {
    return [...this.records.values()].map(({ id, progress }) => {
      const { status = 'PENDING', parameters: said } = JSON.parse(progress ?? '{}') as Partial<Progress>;
      return defined({ id, status, said });
    });
  }
}
