import { describe, expect, it } from 'vitest';
import { modeOf } from '../../lib/http/mode';

describe('modeOf', () => {
  it('reads the header where something changes', () => {
    expect(modeOf('POST', undefined)).toEqual({ ok: true, value: 'PERSISTENT' });
    expect(modeOf('POST', 'transient')).toEqual({ ok: true, value: 'TRANSIENT' });
    expect(modeOf('GET', 'nonsense')).toEqual({ ok: true, value: 'PERSISTENT' });
    expect(modeOf('PUT', 'nonsense')).toMatchObject({ ok: false, error: { kind: 'badRequest' } });
  });
});
