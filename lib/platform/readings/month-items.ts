import { monthsPartition } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { Table } from '../../storage/table';

/** More months than a fleet writes at once; beyond it all are noted again, which does no harm. */
const REMEMBERED = 50_000;

/**
 * The months a device has readings for, so that a query without a time range knows where to look. Noted before the
 * first reading of a month is written, once per function instance.
 */
export class MonthCatalogue {
  private static readonly byTable = new WeakMap<Table, MonthCatalogue>();
  private readonly noted = new Set<string>();

  private constructor(private readonly telemetry: Table) {}

  /** The one catalogue of a table in this function instance. */
  static forTable(telemetry: Table): MonthCatalogue {
    const known = MonthCatalogue.byTable.get(telemetry) ?? new MonthCatalogue(telemetry);
    MonthCatalogue.byTable.set(telemetry, known);
    return known;
  }

  /** One write unit the first time, nothing after. */
  async note(tenant: string, device: string, month: string): Promise<void> {
    const pk = monthsPartition(tenant, device);
    const name = `${pk}#${month}`;
    if (this.noted.has(name)) return;
    await this.telemetry.put({ pk, sk: month });
    if (this.noted.size >= REMEMBERED) this.noted.clear();
    this.noted.add(name);
  }

  /** `YYYYMM`, ascending. */
  async list(tenant: string, device: string): Promise<string[]> {
    const where = { text: 'pk = :pk', values: { ':pk': monthsPartition(tenant, device) } };
    const months: string[] = [];
    for await (const item of growingPages(this.telemetry, { where })) months.push(String(item.sk));
    return months;
  }
}
