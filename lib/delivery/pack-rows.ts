/**
 * Rows as messages: joined by LF up to `limit` bytes, the rows of a group together. A group that is over the limit by
 * itself goes alone, for the broker to judge.
 */
export function packRows(groups: readonly (readonly string[])[], limit: number): readonly string[] {
  const messages: string[] = [];
  let open: { text: string; bytes: number } | undefined;
  for (const rows of groups) {
    if (rows.length === 0) continue;
    const text = rows.join('\n');
    const bytes = Buffer.byteLength(text);
    if (open !== undefined && open.bytes + 1 + bytes <= limit) {
      open = { text: `${open.text}\n${text}`, bytes: open.bytes + 1 + bytes };
      continue;
    }
    if (open !== undefined) messages.push(open.text);
    open = { text, bytes };
  }
  if (open !== undefined) messages.push(open.text);
  return messages;
}
