import { describe, expect, it } from 'vitest';
import { errorRow } from '../../../lib/protocols/smartrest/error-row';

describe('errorRow', () => {
  it('has three parts and leaves commas and quotes of the text alone', () => {
    expect(errorRow(41, '100', 'Device already existing')).toBe('41,100,Device already existing');
    expect(errorRow(45, '200', 'a, "b"')).toBe('45,200,a, "b"');
  });

  it('stays one row that can be split at two commas, whatever the id was', () => {
    expect(errorRow(40, '', 'x')).toBe('40,,x');
    expect(errorRow(40, 'a,b\nc', 'line 1\r\nline 2')).toBe('40,a b c,line 1 line 2');
    expect(errorRow(40, '9'.repeat(500), 'x')).toBe(`40,${'9'.repeat(40)},x`);
  });
});
