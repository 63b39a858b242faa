declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** The parts of dynalite's options used here; it ships no types of its own. */
  interface DynaliteOptions {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
    readonly maxItemSizeKb?: number;
  }
  const dynalite: (options?: DynaliteOptions) => Server;
  // biome-ignore lint/style/noDefaultExport: it is what the package exports
  export default dynalite;
}
