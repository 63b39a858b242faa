import { describe, expect, it } from 'vitest';
import { rowOf, samplesOf, stations } from '../../../local/demo/weather';

const NOW = Date.UTC(2026, 1, 3, 4, 5, 6);

describe('the weather stations', () => {
  it('have a year of numbers each', () => {
    for (const { values } of stations()) {
      expect(values).toHaveLength(8_759);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it('send a value a minute, the newest before now', () => {
    const [station] = stations();
    const samples = station ? samplesOf(station, NOW) : [];
    expect(samples.at(-1)?.time).toBe(Date.UTC(2026, 1, 3, 4, 4));
    expect(samples.every(({ time }, n) => n === 0 || time - (samples[n - 1]?.time ?? 0) === 60_000)).toBe(true);
    expect(samples.map(({ value }) => value)).toEqual(station?.values);
  });

  it('speak SmartREST', () => {
    const [station] = stations();
    const row = station && rowOf(station, { time: NOW, value: 7.5 });
    expect(row).toBe('200,c8y_Temperature,T,7.5,C,2026-02-03T04:05:06.000Z');
  });
});
