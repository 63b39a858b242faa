import type { Change, RoutedChange } from '../changes/changes';
import type { ProcessingMode } from '../changes/modes';
import { sinksOf } from '../changes/modes';
import type { Reading, ReadingEffects } from './call';

/** Collects what a message leaves behind and applies its processing mode; the owner of the message flushes it once. */
export class MessageEffects implements ReadingEffects {
  readonly readings: Reading[] = [];
  readonly changes: RoutedChange[] = [];

  constructor(private readonly mode: ProcessingMode) {}

  store(_tenant: string, reading: Reading): void {
    const api = reading.kind === 'measurement' ? 'measurements' : 'events';
    if (sinksOf(this.mode, api).store) this.readings.push(reading);
  }

  changed(change: Change): void {
    this.changes.push({ change, sinks: sinksOf(this.mode, change.api) });
  }
}
