import { inPartition } from '../../storage/key-conditions';
import { monthsPartition } from '../../storage/keys';
import { growingPages } from '../../storage/pages';
import type { Table } from '../../storage/table';

/**
 * Months that an instance remembers, which is more than a fleet writes at once. Beyond it, they are all noted again,
 * which does no harm.
 */
const REMEMBERED = 50_000;

/**
 * The months for which a device has readings, so that a query without a range of time knows where to look. A month is
 * noted before its first reading is written, once per function instance.
 */
export class MonthCatalogue {
  private static readonly byTable = new WeakMap<Table, MonthCatalogue>();
  private readonly noted = new Set<string>();

  private constructor(private readonly telemetry: Table) {}

  /** The catalogue of a table. There is one per function instance. */
  static forTable(telemetry: Table): MonthCatalogue {
    const known = MonthCatalogue.byTable.get(telemetry) ?? new MonthCatalogue(telemetry);
    MonthCatalogue.byTable.set(telemetry, known);
    return known;
  }

  /** Notes a month. It costs one write unit the first time and nothing later. */
  async note(tenant: string, device: string, month: string): Promise<void> {
    const pk = monthsPartition(tenant, device);
    const name = `${pk}#${month}`;
    if (this.noted.has(name)) return;
    await this.telemetry.put({ pk, sk: month });
    if (this.noted.size >= REMEMBERED) this.noted.clear();
    this.noted.add(name);
  }

  /** The months of a device as `YYYYMM`, ascending: one query. */
  async list(tenant: string, device: string): Promise<string[]> {
    const where = inPartition(monthsPartition(tenant, device));
    const months: string[] = [];
    // what waits beside the events of a type has a type
    for await (const { sk, y } of growingPages(this.telemetry, { where })) if (y === undefined) months.push(String(sk));
    return months;
  }
}
