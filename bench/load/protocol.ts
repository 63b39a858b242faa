import type { Reading } from '../readings';

/** Devices that publish; each keeps at most `inFlight` PUBLISH packets unacknowledged. */
export interface PublishJob {
  readonly kind: 'publish';
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly devices: readonly { readonly clientId: string; readonly payloads: readonly string[] }[];
  readonly inFlight: number;
}

/** One item per reading, 25 a BatchWriteItem, `concurrency` calls at a time. */
export interface FloorJob {
  readonly kind: 'floor';
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly table: string;
  readonly readings: readonly Reading[];
  readonly concurrency: number;
}

export type Job = PublishJob | FloorJob;

/** The generator's word to the bench: ready to start, or done with everything acknowledged. */
export type LoadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string };
