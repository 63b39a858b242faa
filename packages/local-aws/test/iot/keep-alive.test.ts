import { expect, it } from 'vitest';
import { effectiveKeepAlive } from '../../src/iot/connections/keep-alive';

it('the keep-alive stays between 30 and 1200 seconds', () => {
  expect([0, 1, 29, 30, 1200, 1201, 65_535].map(effectiveKeepAlive)).toEqual([1200, 30, 30, 30, 1200, 1200, 1200]);
});
