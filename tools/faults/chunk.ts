import type { ProfileName } from './profiles';
import { runSeed, type SeedReport } from './seed';
import { startDatabase } from './tables';

/** Seeds that share a database. They are few, so that it stays fast. */
export interface Chunk {
  readonly profile: ProfileName;
  readonly from: number;
  readonly seeds: number;
}

const SEEDS_PER_DATABASE = 20;

/** The seeds in chunks. */
export function chunksOf(profile: ProfileName, from: number, seeds: number): Chunk[] {
  const chunks = Math.ceil(seeds / SEEDS_PER_DATABASE);
  return Array.from({ length: chunks }, (_, index) => ({
    profile,
    from: from + index * SEEDS_PER_DATABASE,
    seeds: Math.min(SEEDS_PER_DATABASE, seeds - index * SEEDS_PER_DATABASE),
  }));
}

/** Runs the seeds of a chunk, one after the other. */
export async function* runChunk({ profile, from, seeds }: Chunk): AsyncGenerator<SeedReport> {
  const database = await startDatabase();
  for (let seed = from; seed < from + seeds; seed++) yield await runSeed(database, profile, seed);
}
