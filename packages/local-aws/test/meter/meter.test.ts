import { describe, expect, it } from 'vitest';
import { Meter, unitsOf, usageBetween } from '../../src/meter/meter';
import { prices } from '../../src/meter/prices';

describe('the meter', () => {
  it('counts in the units AWS bills', () => {
    const meter = new Meter();
    meter.messagesIn(5120);
    meter.messagesIn(5121);
    meter.messagesOut(0);
    meter.connects();
    meter.acknowledgements();
    meter.directMessages(100, false);
    meter.directMessages(6000, true);
    meter.lambdaInvoked('f', 25, 256);
    meter.sqsRequest('q', true, 65_537);
    meter.httpRequest('api', 0);
    expect(meter.units('iotMessages')).toBe(1 + 2 + 1 + 1 + 1);
    expect(meter.units('iotDirectMessages')).toBe(2 + 5);
    expect(meter.units('lambdaGbSeconds', 'f')).toBeCloseTo(0.00625, 10);
    expect(meter.units('sqsFifoRequests', 'q')).toBe(2);
    expect(meter.units('sqsStandardRequests')).toBe(0);
    expect(meter.units('httpApiRequests')).toBe(1);
  });

  it('adds up the reference figure: a million uplinks of 1 KB, one unit each, 25 ms at 256 MB', () => {
    const meter = new Meter();
    const messages = 1000;
    for (let index = 0; index < messages; index += 1) {
      meter.messagesIn(1024);
      meter.rulesTriggered(1024);
      meter.actionsExecuted(1024);
      meter.lambdaInvoked('ingest', 25, 256);
      meter.dynamodbWrite('telemetry', 1);
    }
    const { dollars, lines } = meter.costs();
    expect((dollars * 1_000_000) / messages).toBeCloseTo(2.21, 2);
    expect(lines.map(({ service, label }) => `${service} ${label}`)).toContain('DynamoDB writes');
  });

  it('compares two snapshots', () => {
    const meter = new Meter();
    meter.dynamodbWrite('a', 2);
    const before = meter.snapshot();
    meter.dynamodbWrite('a', 3);
    meter.dynamodbRead('b', 0.5);
    const used = usageBetween(before, meter.snapshot());
    expect(unitsOf(used, 'dynamodbWriteUnits', 'a')).toBe(3);
    expect(unitsOf(used, 'dynamodbReadUnits')).toBe(0.5);
    expect(meter.costs(used).dollars).toBeCloseTo((3 * 0.625 + 0.5 * 0.125) / 1_000_000, 15);
    meter.reset();
    expect(meter.costs()).toEqual({ lines: [], dollars: 0 });
  });

  it('knows where every price comes from', () => {
    for (const price of Object.values(prices)) {
      expect(price.source).toMatch(/aws\.amazon\.com/);
      expect(price.dollars).toBeGreaterThan(0);
    }
  });
});
