/**
 * Payloads and what a SmartREST reader must make of them (docs/reference/static-templates.md#rows-and-values and
 * docs/reference/static-templates.md#quotes-and-backslashes).
 */
export const CODEC_VECTORS: readonly { readonly text: string; readonly rows: readonly (readonly string[])[] }[] = [
  { text: '200,T,T,25', rows: [['200', 'T', 'T', '25']] },
  {
    text: '211,20\n212,87',
    rows: [
      ['211', '20'],
      ['212', '87'],
    ],
  },
  {
    text: '211,20\n212,87\n',
    rows: [
      ['211', '20'],
      ['212', '87'],
    ],
  },
  {
    text: '\n211,20\r\n\r\n212,87\r\n',
    rows: [
      ['211', '20'],
      ['212', '87'],
    ],
  },
  { text: '100,,', rows: [['100', '', '']] },
  { text: '100, My device,type', rows: [['100', 'My device', 'type']] },
  { text: '118,"a", "b"', rows: [['118', 'a', 'b']] },
  { text: '400,a," b "', rows: [['400', 'a', ' b ']] },
  { text: '400,a,"b, c"', rows: [['400', 'a', 'b, c']] },
  { text: '113,"poll=10\nmode=eco"', rows: [['113', 'poll=10\nmode=eco']] },
  { text: '113,"poll=10\\nmode=eco"', rows: [['113', 'poll=10\\nmode=eco']] },
  { text: '400,a,"He said \\"stop\\""', rows: [['400', 'a', 'He said "stop"']] },
  { text: '400,a,"He said ""go"""', rows: [['400', 'a', 'He said "go"']] },
  {
    text: '400,a,"Panel \\"A\\", line 1\nline 2"\n211,18.4',
    rows: [
      ['400', 'a', 'Panel "A", line 1\nline 2'],
      ['211', '18.4'],
    ],
  },
  { text: '400,a,5" pipe', rows: [['400', 'a', '5" pipe']] },
  { text: '120,"C:\\",b', rows: [['120', 'C:\\', 'b']] },
];
