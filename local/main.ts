import { SharedFolderError } from '@cirrus/local-aws';
import { pasteLines, readyLine, stoppedLine } from './announce';
import { startCirrus } from './cirrus';
import { localOptions, USAGE } from './options';
import { PublishLog } from './publish-log';

const options = localOptions(process.argv.slice(2), process.env);
if (!options.ok) {
  console.error(`${options.error}\n\n${USAGE}`);
  process.exit(2);
}
// files of the database are made without a mode of their own: only the owner may read them
process.umask(0o077);
const log = new PublishLog(options.value.quiet, (line) => console.log(line));
const cirrus = await startCirrus(options.value, {
  onLog: (functionName, line) => log.functionLine(functionName, line),
  onEvent: (event) => log.brokerEvent(event),
}).catch((error: unknown) => {
  if (!(error instanceof SharedFolderError)) throw error;
  console.error(error.message);
  process.exit(2);
});
console.log(pasteLines(options.value, cirrus.endpoints, cirrus.caFile));
console.log(readyLine(options.value, cirrus.endpoints, cirrus.caFile));

/** How long a stop may take, in milliseconds. A second signal ends the process at once. */
const STOP_LIMIT_MS = 4_500;
const PARENT_WATCH_MS = 250;
const { value: settings } = options;
let stopping = false;

/** Says what was not handled, and ends the process. */
function leave(code: number): never {
  console.log(stoppedLine(settings, cirrus.cloud.unfinished));
  process.exit(code);
}

function stop(): void {
  if (stopping) leave(1);
  stopping = true;
  setTimeout(() => leave(1), STOP_LIMIT_MS).unref();
  cirrus.close().then(
    () => leave(0),
    (error: unknown) => {
      console.error(error);
      leave(1);
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
