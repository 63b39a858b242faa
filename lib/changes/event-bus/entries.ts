import { batchesOf } from '../../base/batches';
import { printJson } from '../../base/exact-json';
import { isoOf } from '../../base/instant';
import type { Change, ChangeContext } from '../changes';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE, EVENT_VERSION } from './event-names';
import type { ChangesEvent, EventChange } from './schema';

/** Bytes of an entry's detail. EventBridge takes 256 KB for an entry, which includes source and detail type. */
export const ENTRY_BYTES = 255 * 1024;

/** An entry of PutEvents as it goes over the wire. */
export interface BusEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  /** Seconds since the epoch. */
  readonly Time: number;
  /** A `ChangesEvent` as JSON. */
  readonly Detail: string;
}

/** An entry and the bytes that EventBridge counts for it. */
export interface SizedEntry {
  readonly entry: BusEntry;
  readonly bytes: number;
}

type Header = Omit<ChangesEvent, 'changes'>;

/**
 * The changes of a message as entries, one per source, in the order of the sources' first changes. Changes that do not
 * fit into one entry go into further ones. An object that is too large for an entry is reduced to its id.
 */
export function entriesOf(busName: string, context: ChangeContext, changes: readonly Change[]): SizedEntry[] {
  const { tenant, mode, messageId } = context;
  const receivedAt = isoOf(context.receivedAt);
  const Time = context.receivedAt / 1000;
  const frame = { EventBusName: busName, Source: EVENT_SOURCE, DetailType: EVENT_DETAIL_TYPE, Time };
  return [...bySource(changes)].flatMap(([source, own]) => {
    const header = { version: EVENT_VERSION, tenant, source, mode, receivedAt, messageId } as const;
    return detailsOf(header, own).map((Detail) => ({
      entry: { ...frame, Detail },
      bytes: FRAME_BYTES + bytesOf(Detail),
    }));
  });
}

const bytesOf = (text: string): number => Buffer.byteLength(text);
/** What EventBridge counts beside the detail: 14 bytes for the time, source and detail type. */
const FRAME_BYTES = 14 + bytesOf(EVENT_SOURCE) + bytesOf(EVENT_DETAIL_TYPE);

function bySource(changes: readonly Change[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const change of changes) {
    const known = groups.get(change.sourceId);
    if (known) known.push(changeText(change));
    else groups.set(change.sourceId, [changeText(change)]);
  }
  return groups;
}

/** The changes of one source as details, each filled before the next one starts. */
function detailsOf(header: Header, changes: readonly string[]): string[] {
  const start = `${printJson(header).slice(0, -1)},"changes":[`;
  const room = ENTRY_BYTES - bytesOf(start) - 2;
  const groups = batchesOf(changes, { limit: room, sizeOf: bytesOf, between: 1 });
  return groups.map((texts) => `${start}${texts.join(',')}]}`);
}

/** Bytes of one change. The rest of the detail is for the header: a few hundred bytes, with names that users choose. */
const CHANGE_BYTES = ENTRY_BYTES - 4096;

function changeText({ api, action, sourceId, object }: Change): string {
  const id = String(object.id ?? sourceId);
  const whole: EventChange = { api, action, object: { ...object, id } };
  const text = printJson(whole);
  if (bytesOf(text) <= CHANGE_BYTES) return text;
  const reduced: EventChange = { api, action, object: { id }, reduced: true };
  return printJson(reduced);
}
