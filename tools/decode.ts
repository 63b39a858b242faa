import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import picocolors from 'picocolors';
import { type Sinks, sinksOf } from '../lib/changes/modes';
import { parseTopic, type UplinkTopic } from '../lib/connections/uplink-topic';
import { errorRow } from '../lib/protocols/smartrest/errors';
import { readText } from '../lib/protocols/smartrest/payload';
import { type DecodeContext, type DecodedRow, decodeStatic } from '../lib/protocols/smartrest/static/decode';
import { TEMPLATE_CATALOGUE, templatesMarkdown } from '../lib/protocols/smartrest/static/describe';
import { type Explanation, explain } from '../lib/protocols/smartrest/static/explain';

/** On a terminal only; picocolors alone would also colour what a CI system reads. */
const pc = picocolors.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR);

const HELP = `What a device's message would do, without any server.

  npm run decode -- <topic> [payload]

  npm run decode -- s/us 200,T,T,25
  npm run decode -- s/us/pump-1 '400,acme_Start,"Pump started"'
  cat rows.csv | npm run decode -- q/us

The payload comes from standard input when it is left out or -.

  --device ID    external id of the connected device (default: my-device)
  --json         machine-readable output
  --templates    the table of all static templates, as in docs/reference/static-templates.md
  --help         this text

Exit code: 0 every row is understood, 1 something is refused, 2 wrong call.`;

/** One row and what it comes to; what `--json` prints. */
interface Report {
  readonly row: number;
  readonly template: string;
  readonly title?: string;
  readonly effects?: readonly Explanation[];
  readonly error?: { readonly line: string; readonly remedy: string };
}

const print = (text: string): void => console.log(text);
const titles = new Map(TEMPLATE_CATALOGUE.map(({ id, title }) => [id, title]));

function report(row: DecodedRow, ctx: DecodeContext): Report {
  const title = titles.get(row.template);
  const head = { row: row.row, template: row.template, ...(title === undefined ? {} : { title }) };
  if (row.ok) return { ...head, effects: row.commands.map((command) => explain(command, ctx)) };
  const { code, text, remedy } = row.refusal;
  return { ...head, error: { line: errorRow(code, row.template, text), remedy } };
}

function printRow({ row, template, title = '', effects, error }: Report): void {
  const mark = error === undefined ? pc.green('ok ') : pc.red('bad');
  print(`${mark} row ${String(row).padEnd(3)} ${pc.bold(template)} ${title}`.trimEnd());
  if (error !== undefined) {
    print(`      s/e  ${pc.red(error.line)}`);
    print(`      fix  ${error.remedy}`);
  }
  for (const effect of effects ?? []) printEffect(effect);
  if (effects?.length === 0) print('      changes nothing');
}

function printEffect({ does, request }: Explanation): void {
  print(`      ${does}`);
  if (request === undefined) return;
  print(`      ${pc.cyan(`${request.method} ${request.path}`)}`);
  const body = JSON.stringify(request.body, null, 2).split('\n');
  for (const line of body) print(`      ${pc.dim(line)}`);
}

/** `stored, notified, processed` for readings sent in the topic's mode. */
function sinkWords(sinks: Sinks): string {
  const word = (on: boolean, text: string): string => (on ? text : `not ${text}`);
  return [word(sinks.store, 'stored'), word(sinks.notify, 'notified'), word(sinks.process, 'processed')].join(', ');
}

function printHead(topic: UplinkTopic, ctx: DecodeContext): void {
  const who = topic.childId === undefined ? ctx.serial : `${ctx.serial} (child device or service of ${ctx.rootSerial})`;
  print(`${pc.bold('for')}   ${who}`);
  print(`${pc.bold('mode')}  ${topic.mode}: measurements are ${sinkWords(sinksOf(topic.mode, 'measurements'))}`);
  if (topic.childId !== undefined) {
    print('      an unknown first-level child is created by its first data; 104 needs a service that exists');
  }
  print('');
}

/** Everything about one call; the exit code. */
function decode(topicText: string, payload: Uint8Array, options: { device: string; json: boolean }): number {
  const topic = parseTopic(topicText);
  if (!topic.ok) {
    const { text, remedy } = topic.error;
    print(
      options.json ? JSON.stringify({ topic: topicText, error: { text, remedy } }) : `${pc.red(text)}\nfix  ${remedy}`,
    );
    return 1;
  }
  const ctx: DecodeContext = {
    serial: topic.value.childId ?? options.device,
    rootSerial: options.device,
    receivedAt: Date.now(),
  };
  const rows = decodeStatic(readText(payload), ctx).map((row) => report(row, ctx));
  const refused = rows.filter(({ error }) => error !== undefined).length;
  if (options.json) {
    print(JSON.stringify({ topic: topicText, mode: topic.value.mode, device: ctx.serial, rows }, null, 2));
  } else {
    printHead(topic.value, ctx);
    rows.forEach(printRow);
    print(`\n${rows.length} row${rows.length === 1 ? '' : 's'}: ${rows.length - refused} accepted, ${refused} refused`);
  }
  return refused === 0 ? 0 : 1;
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      device: { type: 'string', default: 'my-device' },
      json: { type: 'boolean', default: false },
      templates: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.templates) {
    print(templatesMarkdown());
    return 0;
  }
  const [topic, payload, ...rest] = positionals;
  if (values.help || topic === undefined || rest.length > 0) {
    print(rest.length > 0 ? `Put the payload in quotes.\n\n${HELP}` : HELP);
    return values.help ? 0 : 2;
  }
  const bytes = payload === undefined || payload === '-' ? readFileSync(0) : Buffer.from(payload);
  return decode(topic, bytes, values);
}

function run(): number {
  try {
    return main();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${HELP}`); // an option that does not exist
    return 2;
  }
}

process.exitCode = run();
