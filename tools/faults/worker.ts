import { type Chunk, runChunk } from './chunk';

/** A process of its own: it gets a chunk, answers with the report of each seed, and at the end with nothing. */
process.on('message', async (chunk: Chunk) => {
  for await (const report of runChunk(chunk)) process.send?.(report);
  process.send?.('done');
});
