import type { Reading } from '../readings';

/** Devices that publish. Each has at most `inFlight` PUBLISH packets that are not acknowledged. */
export interface PublishJob {
  readonly kind: 'publish';
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly devices: readonly { readonly clientId: string; readonly payloads: readonly string[] }[];
  readonly inFlight: number;
}

/** Readings to write straight to the database: one item each, 25 per BatchWriteItem, `concurrency` calls at a time. */
export interface FloorJob {
  readonly kind: 'floor';
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly table: string;
  readonly readings: readonly Reading[];
  readonly concurrency: number;
}

/** What a load generator is started with. */
export type Job = PublishJob | FloorJob;

/** What a load generator reports: it is ready to start, everything is acknowledged, or it failed. */
export type LoadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string };
