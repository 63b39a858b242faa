import type { Clock } from '../clock';
import { newUuid } from '../uuid';

/** An event as rules see it and targets receive it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 with seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** What EventBridge itself adds to an event. */
export interface EventFrame {
  readonly clock: Clock;
  readonly region: string;
  readonly account: string;
}

/** What the sender of an event gives. `at` in ms since the epoch. Default: now. */
interface EventContent extends Pick<BusEvent, 'source' | 'detail-type' | 'resources' | 'detail'> {
  readonly at?: number;
}

/** Makes an event with a new id. */
export function newEvent(
  { clock, region, account }: EventFrame,
  { at = clock.now(), ...content }: EventContent,
): BusEvent {
  const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
  return { version: '0', id: newUuid(clock), account, region, time, ...content };
}
