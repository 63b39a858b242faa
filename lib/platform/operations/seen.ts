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

const TIME_CHARACTERS = 8;
const HASH_CHARACTERS = 4;
const STAMP_CHARACTERS = TIME_CHARACTERS + HASH_CHARACTERS;

/** Whether an event with this as-of was folded into the base. */
export function sightingOf({ stamps, forgotten }: Seen, asOf: AsOf): Sighting {
  if (stampsIn(stamps).includes(stampOf(asOf))) return 'seen';
  return forgotten !== undefined && asOf <= forgotten ? 'maybe' : 'unseen';
}

/** Adds events, in any order. Beyond the limit the oldest are dropped. */
export function remember({ stamps, forgotten }: Seen, events: readonly AsOf[]): Seen {
  const all = [...new Set([...stampsIn(stamps), ...events.map(stampOf)])].sort();
  const dropped = all.slice(0, Math.max(0, all.length - SEEN_LIMIT)).at(-1);
  const kept = all.slice(-SEEN_LIMIT).join('');
  if (dropped === undefined) return { stamps: kept, ...(forgotten !== undefined && { forgotten }) };
  // `~` sorts behind every as-of of that ms
  const newest = `${String(timeOf(dropped)).padStart(13, '0')}-~`;
  return { stamps: kept, forgotten: forgotten !== undefined && forgotten > newest ? forgotten : newest };
}

/** Drops everything from before a moment, in ms since the epoch: no row from before it can mean an operation any more. */
export function forgetBefore({ stamps, forgotten }: Seen, moment: number): Seen {
  const kept = stampsIn(stamps).filter((stamp) => timeOf(stamp) >= moment);
  return {
    stamps: kept.join(''),
    ...(forgotten !== undefined && millisOf(forgotten) >= moment && { forgotten }),
  };
}

function stampsIn(stamps: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < stamps.length; at += STAMP_CHARACTERS) found.push(stamps.slice(at, at + STAMP_CHARACTERS));
  return found;
}

const stampOf = (asOf: AsOf): string =>
  millisOf(asOf).toString(36).padStart(TIME_CHARACTERS, '0') +
  createHash('sha256').update(asOf).digest('base64url').slice(0, HASH_CHARACTERS);

const timeOf = (stamp: string): number => Number.parseInt(stamp.slice(0, TIME_CHARACTERS), 36);
