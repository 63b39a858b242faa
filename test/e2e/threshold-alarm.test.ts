import { describe, expect, it } from 'vitest';
import { demonstrate } from '../../examples/threshold-alarm/demonstrate';

describe('npm run example:threshold-alarm', () => {
  it('raises an alarm at the third reading above the limit, and clears it at the next below', async () => {
    const said: string[] = [];
    await demonstrate((line) => said.push(line.trim()));
    const alarm = 'threshold_c8y_TemperatureMeasurement_T: T above 80: 82, 84, 86';
    expect(said).toEqual([
      'boiler-1 publishes 211,71',
      'boiler-1 publishes 211,82',
      'boiler-1 publishes 211,84',
      'no alarm',
      'boiler-1 publishes 211,86',
      `MAJOR ACTIVE ${alarm}`,
      'boiler-1 publishes 211,79',
      `MAJOR CLEARED ${alarm}`,
    ]);
  });
});
