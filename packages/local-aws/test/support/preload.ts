import { workerData } from 'node:worker_threads';

// a host's preload would do the same: set something that the function's module finds
const { seed } = (workerData as { readonly preloadData: { readonly seed: number } }).preloadData;
Object.assign(globalThis, { greeting: `hello from ${seed}` });
