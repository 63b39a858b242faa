import { own } from '../base/json';
import type { Connection, TopicState } from './connection-items';
import type { LifecycleEvent } from './lifecycle-event';

/**
 * No event is late by more than this. When two events lie further apart, only their times tell which session is newer,
 * because version numbers may have started over.
 */
const RENUMBERED_MS = 30 * 60_000;
/** A device subscribes soon after it has connected. This long its subscriptions count as not known yet. */
const SETTLING_MS = 10_000;

/**
 * The connection after one more lifecycle event. Events come late, twice and in any order
 * (docs/reference/aws-platform.md#lifecycle-events-come-late-twice-and-in-any-order). Returns the same object when the
 * event changes nothing.
 */
export function afterEvent(known: Connection | undefined, event: LifecycleEvent): Connection {
  if (known === undefined) return withEvent(begin(event, []), event);
  if (sameSession(known, event)) return withEvent(known, event);
  return isNewer(known, event) ? withEvent(begin(event, subscribedFilters(known)), event) : known;
}

/** Whether an event that was taken in belongs to the current session. If not, it was about an earlier one. */
export const isCurrent = (connection: Connection, event: LifecycleEvent): boolean => sameSession(connection, event);

/**
 * Whether the device listens on a topic. It counts as listening while nothing is known: lifecycle events come later
 * than the SUBSCRIBE, and a persistent session resumes its filters without a SUBSCRIBE. `now` is ms since the epoch.
 */
export function listensOn(connection: Connection | undefined, topic: string, now: number): boolean {
  if (connection === undefined) return true;
  const states = Object.entries(connection.topics).filter(([filter]) => covers(filter, topic));
  if (states.some(([, { on }]) => on)) return true;
  if (states.length > 0) return false;
  if (connection.earlier.some((filter) => covers(filter, topic))) return true;
  return Object.keys(connection.topics).length === 0 || now - connection.startedAt < SETTLING_MS;
}

/** Whether a subscription's filter takes a topic, by MQTT's rules for `+` and `#`; gateways subscribe to `s/dc/#`. */
export function covers(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, part] of wanted.entries()) {
    if (part === '#') return true;
    if (index >= levels.length || (part !== '+' && part !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

const sameSession = (connection: Connection, event: LifecycleEvent): boolean =>
  connection.clientId === event.clientId && connection.session === event.sessionIdentifier;

function isNewer(known: Connection, event: LifecycleEvent): boolean {
  const gap = event.timestamp - known.startedAt;
  // the broker counts per client ID, and one device has several: the end of one connection does not end the other
  if (known.clientId !== event.clientId) return event.eventType !== 'disconnected' && gap > 0;
  const { versionNumber } = event;
  const comparable = versionNumber !== undefined && known.versionNumber !== undefined;
  if (!comparable || Math.abs(gap) > RENUMBERED_MS || versionNumber === known.versionNumber) return gap > 0;
  return versionNumber > known.versionNumber;
}

function begin({ clientId, sessionIdentifier, timestamp }: LifecycleEvent, earlier: readonly string[]): Connection {
  return { clientId, session: sessionIdentifier, startedAt: timestamp, topics: {}, earlier };
}

function withEvent(connection: Connection, event: LifecycleEvent): Connection {
  const { eventType, timestamp, versionNumber } = event;
  const startedAt = Math.min(connection.startedAt, timestamp);
  const numbered = versionNumber === undefined || versionNumber === connection.versionNumber ? {} : { versionNumber };
  const heard = { ...connection, ...numbered, startedAt };
  switch (eventType) {
    case 'connected':
      return sameParts(connection, heard) ? connection : heard;
    case 'disconnected':
      return connection.disconnectedAt === timestamp ? connection : { ...heard, disconnectedAt: timestamp };
    case 'subscribed':
    case 'unsubscribed': {
      const topics = withTopics(connection.topics, event);
      return topics === connection.topics && sameParts(connection, heard) ? connection : { ...heard, topics };
    }
  }
}

const sameParts = (one: Connection, other: Connection): boolean =>
  one.startedAt === other.startedAt && one.versionNumber === other.versionNumber;

function withTopics(
  topics: Connection['topics'],
  { eventType, timestamp: at, topics: filters }: LifecycleEvent,
): Connection['topics'] {
  const on = eventType === 'subscribed';
  const changed = filters.filter((filter) => isLater(own(topics, filter), { on, at }));
  if (changed.length === 0) return topics;
  return { ...topics, ...Object.fromEntries(changed.map((filter) => [filter, { on, at }])) };
}

/** Of two events in the same millisecond the SUBSCRIBE wins, so that the device misses no operation. */
function isLater(known: TopicState | undefined, next: TopicState): boolean {
  if (known === undefined || next.at > known.at) return true;
  return next.at === known.at && next.on && !known.on;
}

function subscribedFilters({ topics, earlier }: Connection): readonly string[] {
  const on = Object.entries(topics).flatMap(([filter, state]) => (state.on ? [filter] : []));
  const untouched = earlier.filter((filter) => own(topics, filter) === undefined);
  return [...new Set([...on, ...untouched])];
}
