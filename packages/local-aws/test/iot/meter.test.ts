import { expect, it } from 'vitest';
import { billedUnits } from '../../src/iot/meter';

it('a message is billed by begun 5 KB', () => {
  expect([0, 1, 5120, 5121, 131_072].map(billedUnits)).toEqual([1, 1, 1, 2, 26]);
});
