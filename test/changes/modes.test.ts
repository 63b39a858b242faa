import { describe, expect, it } from 'vitest';
import { type Api, PROCESSING_MODES, sinksOf } from '../../lib/changes/modes';

const APIS: readonly Api[] = ['measurements', 'events', 'alarms', 'managedobjects', 'operations'];

describe('sinksOf', () => {
  it('leaves unstored exactly what the mode may', () => {
    const unstored = PROCESSING_MODES.flatMap((mode) =>
      APIS.filter((api) => !sinksOf(mode, api).store).map((api) => `${mode} ${api}`),
    );
    expect(unstored).toEqual([
      'TRANSIENT measurements',
      'TRANSIENT events',
      'TRANSIENT alarms',
      'CEP measurements',
      'CEP events',
    ]);
  });

  it('notifies in persistent and transient mode only, and processes always', () => {
    for (const api of APIS) {
      expect(PROCESSING_MODES.map((mode) => sinksOf(mode, api).notify)).toEqual([true, true, false, false]);
      expect(PROCESSING_MODES.every((mode) => sinksOf(mode, api).process)).toBe(true);
    }
  });
});
