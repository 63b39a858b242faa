import { createHash } from 'node:crypto';
import { millisOf } from '../journal';
import type { AsOf } from '../model';

/**
 * The events that a device's journal has folded into its base, in a compact form. An event of them that comes again, a
 * minute or a month later, is known, and so it takes no other operation (docs/data-model.md#the-journal).
 */
export interface Seen {
  /** One stamp for each event, by ascending time: the ms of its as-of, and a hash of the as-of. */
  readonly stamps: string;
  /** The as-of of the newest event whose stamp was dropped because there were too many. */
  readonly forgotten?: AsOf;
}

/** Whether an event was folded into the base. `maybe`: its stamp would be among the dropped ones. */
export type Sighting = 'seen' | 'unseen' | 'maybe';

export const NOTHING_SEEN: Seen = { stamps: '' };
/** The most stamps that are kept. Together they take 12 kB. */
export const SEEN_LIMIT = 1_000;

/** A time in ms has so many digits to the base of 36, from 1972 to 2059. */
const TIME_CHARACTERS = 8;
const HASH_CHARACTERS = 4;

/** Whether an event with this as-of was folded into the base. */
export function sightingOf({ stamps, forgotten }: Seen, asOf: AsOf): Sighting {
  if (stampsIn(stamps).includes(stampOf(asOf))) return 'seen';
  return forgotten && asOf <= forgotten ? 'maybe' : 'unseen';
}

/** Adds events, in any order. Beyond the limit the oldest are dropped. */
export function remember({ stamps, forgotten }: Seen, events: readonly AsOf[]): Seen {
  const all = [...new Set([...stampsIn(stamps), ...events.map(stampOf)])].sort();
  const dropped = all.slice(0, Math.max(0, all.length - SEEN_LIMIT)).at(-1);
  const kept = all.slice(-SEEN_LIMIT).join('');
  if (dropped === undefined) return { stamps: kept, ...(forgotten && { forgotten }) };
  // `~` sorts behind every as-of of that ms
  return { stamps: kept, forgotten: `${timeOf(dropped)}-~` };
}

/** Drops everything from before a moment, in ms since the epoch: no row from before it can mean an operation any more. */
export function forgetBefore({ stamps, forgotten }: Seen, moment: number): Seen {
  const kept = stampsIn(stamps).filter((stamp) => timeOf(stamp) >= moment);
  return {
    stamps: kept.join(''),
    ...(forgotten && millisOf(forgotten) >= moment && { forgotten }),
  };
}

const stampsIn = (stamps: string): readonly string[] => stamps.match(/.{12}/g) ?? [];

const stampOf = (asOf: AsOf): string =>
  millisOf(asOf).toString(36) + createHash('sha256').update(asOf).digest('base64url').slice(0, HASH_CHARACTERS);

const timeOf = (stamp: string): number => Number.parseInt(stamp.slice(0, TIME_CHARACTERS), 36);
