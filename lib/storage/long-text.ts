import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** DynamoDB bills a write by started KB. */
const WRITE_UNIT = 1024;
const unitsOf = (bytes: number): number => Math.ceil(bytes / WRITE_UNIT);

/** A text as an attribute holds it: as it is, or in raw deflate (RFC 1951) where that saves a write unit. */
export function packText(text: string): string | Uint8Array {
  const bytes = Buffer.byteLength(text);
  if (bytes <= WRITE_UNIT) return text;
  const packed = deflateRawSync(text);
  return unitsOf(packed.length) < unitsOf(bytes) ? packed : text;
}

/** The text of an attribute that `packText` has made. */
export const unpackText = (stored: string | Uint8Array): string =>
  typeof stored === 'string' ? stored : inflateRawSync(stored).toString('utf8');
