import { workerData } from 'node:worker_threads';

/** What a host would do here: put something where the function's module finds it. */
const { seed } = (workerData as { readonly preloadData: { readonly seed: number } }).preloadData;
Object.assign(globalThis, { greeting: `hello from ${seed}` });
