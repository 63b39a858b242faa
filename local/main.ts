import { pasteLines, readyLine } from './announce';
import { startCirrus } from './cirrus';
import { localOptions, USAGE } from './options';
import { PublishLog } from './publish-log';

const options = localOptions(process.argv.slice(2), process.env);
if (!options.ok) {
  console.error(`${options.error}\n\n${USAGE}`);
  process.exit(2);
}
const log = new PublishLog(options.value.quiet, (line) => console.log(line));
const cirrus = await startCirrus(options.value, {
  onLog: (functionName, line) => log.functionLine(functionName, line),
  onEvent: (event) => log.brokerEvent(event),
});
console.log(pasteLines(options.value, cirrus.endpoints, cirrus.caFile));
console.log(readyLine(options.value, cirrus.endpoints, cirrus.caFile));

/** How long a stop may take, in milliseconds. A second signal ends the process at once. */
const STOP_LIMIT_MS = 4_500;
const PARENT_WATCH_MS = 250;
let stopping = false;

function stop(): void {
  if (stopping) process.exit(1);
  stopping = true;
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
  cirrus.close().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);

// A signal to `npm start` ends npm and its shell, and the shell does not pass the signal on. This process then gets
// another parent, and that is how it knows that it has to stop.
const parent = process.ppid;
if (process.env.npm_lifecycle_event !== undefined) {
  setInterval(() => {
    if (process.ppid !== parent && !stopping) stop();
  }, PARENT_WATCH_MS).unref();
}
