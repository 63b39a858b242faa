import type { IotEvent } from '@cirrus/local-aws';

/** The parts of a function's log line that are shown. */
interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly device?: string;
  readonly tenant?: string;
  readonly topic?: string;
  readonly rows?: number;
  readonly refused?: readonly {
    readonly row: number;
    readonly template: string;
    readonly code: number;
    readonly text: string;
  }[];
  readonly refusedRows?: number;
  readonly ms?: number;
  readonly reason?: string;
}

/** Prints one readable line for each publish, and what the broker refuses. When quiet, it prints only faults. */
export class PublishLog {
  constructor(
    private readonly quiet: boolean,
    private readonly print: (line: string) => void,
  ) {}

  functionLine(functionName: string, text: string): void {
    const line = parse(text);
    if (line === undefined) this.say(`${functionName}: ${text}`);
    else if (line.message === 'publish') this.say(publishLine(line));
    else if (line.level === 'ERROR') this.print(`${functionName}: ${text}`);
    else if (line.level === 'WARN') this.say(`${functionName}: ${line.message ?? ''} ${line.reason ?? ''}`.trimEnd());
  }

  brokerEvent(event: IotEvent): void {
    if (event.kind === 'refused')
      this.say(`${event.clientId || '(no client ID)'}  CONNACK ${event.code}: ${event.reason}`);
    if (event.kind === 'discarded') this.say(`${event.clientId}  ${event.what} discarded: ${event.reason}`);
    if (event.kind === 'ruleFailed') this.print(`rule ${event.rule} failed for ${event.topic}: ${event.message}`);
  }

  private say(line: string): void {
    if (!this.quiet) this.print(line);
  }
}

function publishLine({ tenant, device, topic, rows = 0, refusedRows = 0, refused = [], ms = 0 }: LogLine): string {
  const accepted = rows - refusedRows;
  const outcome = refusedRows === 0 ? `${accepted} accepted` : `${accepted} accepted, ${refusedRows} refused`;
  const why = refused.map(({ row, template, code, text }) => `\n    row ${row} (${template || '-'}): ${code} ${text}`);
  return `${tenant}/${device}  ${topic}  ${rows} ${rows === 1 ? 'row' : 'rows'}  ${outcome}  ${ms} ms${why.join('')}`;
}

function parse(text: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as LogLine) : undefined;
  } catch {
    return undefined;
  }
}
