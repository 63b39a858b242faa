import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** Key and certificate of the TLS listeners, and the CA file that a client trusts. */
export interface LocalCertificates {
  readonly key: string;
  readonly cert: string;
  /** Path of the CA's certificate (PEM). */
  readonly caFile: string;
}

const NAMES = { ca: 'ca.pem', cert: 'server.pem', key: 'server.key' } as const;
/** The names of the files in their folder. */
export const CERTIFICATE_NAMES: readonly string[] = Object.values(NAMES);

const OWNER_ONLY = { mode: 0o600 } as const;
const VALIDITY_MS = 5 * 365 * 24 * 3_600_000;

/**
 * A CA, and a server certificate for `localhost`, 127.0.0.1 and the name of this host. Both are kept in `folder`, so
 * that a client has to trust the CA only once. They are made again when one of the three files is missing. The folder
 * exists, and only its owner may enter it.
 */
export async function localCertificates(folder: string, now: number): Promise<LocalCertificates> {
  const files = { ca: join(folder, NAMES.ca), cert: join(folder, NAMES.cert), key: join(folder, NAMES.key) };
  try {
    const [cert, key] = await Promise.all([
      readFile(files.cert, 'utf8'),
      readFile(files.key, 'utf8'),
      readFile(files.ca),
    ]);
    return { cert, key, caFile: files.ca };
  } catch {
    const made = await make(now);
    await writeFile(files.ca, made.ca, OWNER_ONLY);
    await writeFile(files.cert, made.cert, OWNER_ONLY);
    await writeFile(files.key, made.key, OWNER_ONLY);
    return { cert: made.cert, key: made.key, caFile: files.ca };
  }
}

async function make(now: number): Promise<{ ca: string; cert: string; key: string }> {
  // valid from yesterday on, for clients whose clock is behind
  const dates = { notBeforeDate: new Date(now - 86_400_000), notAfterDate: new Date(now + VALIDITY_MS) };
  const common = { ...dates, keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
  const ca = await generate([{ name: 'commonName', value: 'Cirrus local CA' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: hostname() },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { ca: ca.cert, cert: server.cert, key: server.private };
}
