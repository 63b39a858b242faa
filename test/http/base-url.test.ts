import { describe, expect, it } from 'vitest';
import { baseUrlOf } from '../../lib/http/base-url';

describe('baseUrlOf', () => {
  const base = (headers: Record<string, string>) =>
    baseUrlOf(new URL('http://127.0.0.1:8080/platform'), (name) => headers[name]);

  it('is the address the client used', () => {
    expect(base({})).toBe('http://127.0.0.1:8080');
    expect(base({ host: 'localhost:8080' })).toBe('http://localhost:8080');
    expect(base({ host: 'a.example.com', 'x-forwarded-proto': 'https' })).toBe('https://a.example.com');
    expect(base({ host: 'a.example.com', forwarded: 'for=1.2.3.4;host=a.example.com;proto=https' })).toBe(
      'https://a.example.com',
    );
    expect(base({ host: 'internal', 'x-forwarded-host': 'b.example.com' })).toBe('http://b.example.com');
  });

  it('ignores nonsense', () => {
    expect(base({ 'x-forwarded-proto': 'javascript', 'x-forwarded-host': 'a/b"<' })).toBe('http://127.0.0.1:8080');
  });
});
