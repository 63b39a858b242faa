import { describe, expect, it } from 'vitest';
import { payloadsOf, readingsOf, rowOf } from '../../bench/readings';
import { decodeStatic } from '../../lib/protocols/smartrest/static/protocol';

const NOW = Date.UTC(2026, 1, 3, 4, 5, 6);
const HOUR_MS = 3_600_000;

describe('the readings of a bench', () => {
  const readings = readingsOf('station', 3_600, NOW);

  it('lie within the last full hour, ascending, so that a device fills one pack per publish', () => {
    const hours = new Set(readings.map(({ time }) => Math.floor(time / HOUR_MS)));
    expect([...hours]).toEqual([Math.floor(NOW / HOUR_MS) - 1]);
    expect(readings.every(({ time }, n) => n === 0 || time > (readings[n - 1]?.time ?? 0))).toBe(true);
  });

  it('are the same at every run', () => {
    expect(readingsOf('station', 50, NOW)).toEqual(readings.slice(0, 50));
  });

  it('are refused when an hour has no room for them', () => {
    expect(() => readingsOf('station', 3_601, NOW)).toThrow(RangeError);
  });

  it('are rows the protocol accepts', () => {
    const payload = readings.slice(0, 20).map(rowOf).join('\n');
    const rows = decodeStatic(payload, { serial: 'station', receivedAt: NOW });
    expect(rows.map(({ ok }) => ok)).toEqual(Array.from({ length: 20 }, () => true));
  });

  it('go into as many payloads as it takes, the last one shorter', () => {
    const payloads = payloadsOf(readings.slice(0, 45), 20);
    expect(payloads.map((payload) => payload.split('\n').length)).toEqual([20, 20, 5]);
    expect(payloads.join('\n')).toBe(readings.slice(0, 45).map(rowOf).join('\n'));
  });
});
