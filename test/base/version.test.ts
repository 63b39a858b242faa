import { expect, it } from 'vitest';
import { PLATFORM_VERSION } from '../../lib/base/version';
import { version } from '../../package.json';

it('the platform says the version of its package', () => {
  expect(PLATFORM_VERSION).toBe(version);
});
