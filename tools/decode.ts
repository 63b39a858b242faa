import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import picocolors from 'picocolors';
import { type Sinks, sinksOf } from '../lib/changes/modes';
import { CHILD, type DecodedRow, type Protocol, type RowReply, type UplinkAddress } from '../lib/protocols/protocol';
import { PROTOCOLS } from '../lib/protocols/protocols';
import { templatesMarkdown } from '../lib/protocols/smartrest/static/catalogue';
import { parseTopic, topicRights, type UplinkTopic } from '../lib/protocols/topics';
import { type Explanation, explain } from './decode/explain';

/** Colours on a terminal only. By itself picocolors would also colour the output of a CI system. */
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

/** One row and its effects, as `--json` prints them. */
interface Report {
  readonly row: number;
  readonly template: string;
  readonly title?: string;
  readonly effects?: readonly Omit<Explanation, 'reply'>[];
  readonly replies?: readonly Line[];
  readonly error?: Line & { readonly remedy: string };
}

/** A row that is sent to the device. */
interface Line {
  readonly topic: string;
  readonly line: string;
}

const print = (text: string): void => console.log(text);

/** The rows of a reply. */
const linesOf = (reply: RowReply, protocol: Protocol, address: UplinkAddress): readonly Line[] =>
  protocol
    .writeReply([reply], address)
    .flatMap(({ topic, groups }) => groups.flatMap((rows) => rows.map((line) => ({ topic, line }))));

function report(decoded: DecodedRow, protocol: Protocol, address: UplinkAddress): Report {
  const { row, template } = decoded;
  const title = protocol.titleOf(template);
  const head = { row, template, ...(title !== undefined && { title }) };
  if (!decoded.ok) {
    const { refusal } = decoded;
    const [error = { topic: '', line: refusal.text }] = linesOf({ row, template, refusal }, protocol, address);
    return { ...head, error: { ...error, remedy: refusal.remedy } };
  }
  const explained = decoded.commands.map((command) => explain(command, address));
  const replies = explained.flatMap(({ reply }) => (reply ? linesOf({ row, template, reply }, protocol, address) : []));
  const effects = explained.map(({ reply: _, ...effect }) => effect);
  return { ...head, effects, ...(replies.length > 0 && { replies }) };
}

function printRow({ row, template, title = '', effects, replies, error }: Report): void {
  const mark = error === undefined ? pc.green('ok ') : pc.red('bad');
  print(`${mark} row ${String(row).padEnd(3)} ${pc.bold(template)} ${title}`.trimEnd());
  if (error !== undefined) {
    print(`      ${error.topic}  ${pc.red(error.line)}`);
    print(`      fix  ${error.remedy}`);
  }
  for (const effect of effects ?? []) printEffect(effect);
  for (const { topic, line } of replies ?? []) print(`      ${topic}  ${pc.cyan(line)}`);
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

function printHead({ mode, params }: UplinkTopic, { serial, rootSerial }: UplinkAddress): void {
  const who = params[CHILD] === undefined ? serial : `${serial} (child device or service of ${rootSerial})`;
  print(`${pc.bold('for')}   ${who}`);
  print(`${pc.bold('mode')}  ${mode}: measurements are ${sinkWords(sinksOf(mode, 'measurements'))}`);
  if (params[CHILD] !== undefined) {
    print('      an unknown first-level child is created by its first data; a service status needs one that exists');
  }
  print('');
}

/** Says why no protocol takes a topic. The protocol whose IoT rule takes it has its own words for that. */
function explainTopic(topic: string, protocol: Protocol | undefined, json: boolean): void {
  const { text, remedy } = protocol?.refusePublish({ kind: 'unknownTopic', topic }) ?? {
    text: `Topic '${topic}' is not part of the protocol`,
    remedy: `publish on one of ${topicRights(PROTOCOLS).publish.join(', ')}`,
  };
  print(json ? JSON.stringify({ topic, error: { text, remedy } }) : `${pc.red(text)}\nfix  ${remedy}`);
}

/** Decodes a payload and prints the result. Returns the exit code. */
function decode(topic: string, payload: Uint8Array, options: { device: string; json: boolean }): number {
  const parsed = parseTopic(topic, PROTOCOLS);
  if (!parsed.ok) {
    explainTopic(topic, parsed.error.protocol, options.json);
    return 1;
  }
  const { protocol, mode, params } = parsed.value;
  const address: UplinkAddress = {
    clientId: options.device,
    rootSerial: options.device,
    serial: params[CHILD] ?? options.device,
    params,
    receivedAt: Date.now(),
  };
  const rows = protocol.decode(payload, address).map((row) => report(row, protocol, address));
  const refused = rows.filter(({ error }) => error !== undefined).length;
  if (options.json) {
    print(JSON.stringify({ topic, mode, device: address.serial, rows }, null, 2));
  } else {
    printHead(parsed.value, address);
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
