import type { ChangeSinks } from '../changes/change-sinks';
import type { Change, ChangeContext, RoutedChange } from '../changes/changes';
import type { Sinks } from '../changes/modes';
import type { Effects, PlatformDeps } from './call';
import { MessageEffects } from './effects';
import type { Origin } from './model';
import { storeReadings } from './readings/store';
import type { Tenants } from './tenants/tenants';

/** One message's effects and its end, for whoever owns the message. */
export interface Message {
  readonly effects: MessageEffects;
  /**
   * Stores what was collected, in as few writes as it packs into, and tells who listens. Throws when a sink does; all of
   * it can be done again.
   */
  flush(): Promise<void>;
}

/** A message that makes no readings: a function without the telemetry table has nowhere to store them. */
export interface ChangeMessage extends Pick<Message, 'flush'> {
  readonly effects: Effects;
}

export interface ChangeMessageDeps {
  /** None in a function that only stores. */
  readonly sinks?: ChangeSinks;
}

export interface MessageDeps extends ChangeMessageDeps, Pick<PlatformDeps, 'telemetry'> {
  readonly tenants: Pick<Tenants, 'retentionDays'>;
}

/** Begins a message: its processing mode decides what the effects keep. */
export function beginMessage(deps: MessageDeps, origin: Origin): Message {
  const effects = new MessageEffects(origin.mode);
  return {
    effects,
    flush: async () => {
      await store(deps, origin, effects);
      if (deps.sinks) await tell(deps.sinks, origin, effects.changes);
    },
  };
}

/** Begins a message that can only change what the registry keeps. */
export function beginChanges(deps: ChangeMessageDeps, origin: Origin): ChangeMessage {
  const effects = new MessageEffects(origin.mode);
  return {
    effects,
    flush: async () => {
      if (deps.sinks) await tell(deps.sinks, origin, effects.changes);
    },
  };
}

async function store(deps: MessageDeps, origin: Origin, { readings }: MessageEffects): Promise<void> {
  if (readings.length === 0) return;
  const retentionDays = await deps.tenants.retentionDays(origin.tenant);
  await storeReadings(deps.telemetry, origin.tenant, readings, { receivedAt: origin.receivedAt, retentionDays });
}

async function tell(sinks: ChangeSinks, origin: Origin, changes: readonly RoutedChange[]): Promise<void> {
  if (changes.length === 0) return;
  const { tenant, mode, receivedAt, messageId } = origin;
  const context: ChangeContext = { tenant, mode, receivedAt, messageId };
  const listening = await sinks.listeners.of(tenant);
  await Promise.all(
    (['notify', 'process'] as const).map(async (sink) => {
      const heard = listening[sink] ? changesFor(sink, changes) : [];
      if (heard.length > 0) await sinks[sink].accept(context, heard);
    }),
  );
}

const changesFor = (sink: keyof Sinks, changes: readonly RoutedChange[]): readonly Change[] =>
  changes.filter(({ sinks }) => sinks[sink]).map(({ change }) => change);
