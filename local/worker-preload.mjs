// Loaded in every Lambda worker before the handler: the functions' clock is the host's, read from shared memory, and
// they say what came of every publish.
import { workerData } from 'node:worker_threads';

const { buffer, logLevel } = workerData.preloadData;
const offset = new BigInt64Array(buffer);
process.env.LOG_LEVEL = logLevel;

globalThis[Symbol.for('cirrus.clock')] = {
  now: () => Date.now() + Number(Atomics.load(offset, 0)),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
};
