import type { ChangeSinks } from '../changes/change-sinks';
import type { Change, ChangeContext, RoutedChange } from '../changes/changes';
import { type ProcessingMode, type Sinks, sinksOf } from '../changes/modes';
import type { Effects, PlatformDeps, Reading, ReadingEffects } from './call';
import type { Origin } from './model';
import { storeReadings } from './readings/reading-items';
import type { Tenants } from './tenants/tenants';

/** Collects the effects of a message and applies its processing mode. Whoever began the message flushes it once. */
export class MessageEffects implements ReadingEffects {
  readonly readings: Reading[] = [];
  readonly changes: RoutedChange[] = [];

  constructor(private readonly mode: ProcessingMode) {}

  store(reading: Reading, mode: ProcessingMode = this.mode): void {
    const api = reading.kind === 'measurement' ? 'measurements' : 'events';
    if (sinksOf(mode, api).store) this.readings.push(reading);
  }

  changed(change: Change): void {
    this.changes.push({ change, sinks: sinksOf(this.mode, change.api) });
  }
}

/**
 * What one message or request does to the platform. Whoever begins it collects its effects and flushes them at the end.
 */
export interface UnitOfWork {
  readonly effects: MessageEffects;
  /**
   * Stores what was collected, in as few writes as possible. Then it calls the sinks that somebody listens to. It
   * throws when storing or a sink fails, and the whole flush can be repeated.
   */
  flush(): Promise<void>;
}

/** The work of a message that makes no readings: a function without the telemetry table has nowhere to store them. */
export interface ChangeWork extends Pick<UnitOfWork, 'flush'> {
  readonly effects: Effects;
}

/** What work without readings is begun with. */
export interface ChangeWorkDeps {
  /** Left out in a function that only stores. */
  readonly sinks?: ChangeSinks;
}

/** What work with readings is begun with. */
export interface WorkDeps extends ChangeWorkDeps, Pick<PlatformDeps, 'telemetry'> {
  readonly tenants: Pick<Tenants, 'retentionDays'>;
}

/** Begins the work of a message: its processing mode decides what the effects keep. */
export function beginWork(deps: WorkDeps, origin: Origin): UnitOfWork {
  const effects = new MessageEffects(origin.mode);
  return {
    effects,
    flush: async () => {
      await storeCollected(deps, origin, effects);
      if (deps.sinks) await notifySinks(deps.sinks, origin, effects.changes);
    },
  };
}

/** Begins work that can only change what the registry keeps. */
export function beginChanges(deps: ChangeWorkDeps, origin: Origin): ChangeWork {
  const effects = new MessageEffects(origin.mode);
  return {
    effects,
    flush: async () => {
      if (deps.sinks) await notifySinks(deps.sinks, origin, effects.changes);
    },
  };
}

async function storeCollected(deps: WorkDeps, origin: Origin, { readings }: MessageEffects): Promise<void> {
  if (readings.length === 0) return;
  const retentionDays = await deps.tenants.retentionDays(origin.tenant);
  await storeReadings(deps.telemetry, origin.tenant, readings, { receivedAt: origin.receivedAt, retentionDays });
}

async function notifySinks(sinks: ChangeSinks, origin: Origin, changes: readonly RoutedChange[]): Promise<void> {
  if (changes.length === 0) return;
  const { tenant, mode, receivedAt, messageId } = origin;
  const context: ChangeContext = { tenant, mode, receivedAt, messageId };
  const listening = await sinks.listeners.listeningIn(tenant);
  await Promise.all(
    (['notify', 'process'] as const).map(async (sink) => {
      const heard = listening[sink] ? changesFor(sink, changes) : [];
      if (heard.length > 0) await sinks[sink].accept(context, heard);
    }),
  );
}

const changesFor = (sink: keyof Sinks, changes: readonly RoutedChange[]): readonly Change[] =>
  changes.filter(({ sinks }) => sinks[sink]).map(({ change }) => change);
