/** A column of a printed table. Numbers are aligned to the right. */
export interface Column {
  readonly title: string;
  /** Default: right. */
  readonly align?: 'left' | 'right';
}

/** A table as text: titles, a line, and rows. Each column is as wide as its widest cell. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) => Math.max(...[titles, ...rows].map((row) => (row[index] ?? '').length)));
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const [cell, width] = [row[index] ?? '', widths[index] ?? 0];
        return align === 'left' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(titles), rule, ...rows.map(line)].join('\n');
}

/** A number with thousands separators and this many decimals. */
export function formatNumber(value: number, decimals = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
