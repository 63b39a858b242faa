// Every Lambda worker loads this before the handler. The functions then have the host's clock, whose offset is in
// shared memory, and the log level of the host.
import { workerData } from 'node:worker_threads';

const { buffer, logLevel } = workerData.preloadData;
const offset = new BigInt64Array(buffer);
process.env.LOG_LEVEL = logLevel;

globalThis[Symbol.for('cirrus.clock')] = {
  now: () => Date.now() + Number(Atomics.load(offset, 0)),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
};
