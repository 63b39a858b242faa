import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../clock';
import { defaultProvider } from './credentials';

/** One POST to an AWS service. */
export interface AwsCall {
  /** Signing name, such as `lambda`. */
  readonly service: string;
  /** Percent-encoded, starting with a slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a service answered to a call that succeeded. */
export interface AwsAnswer {
  readonly status: number;
  readonly body: string;
}

/** A call that failed for good. `status` is 0 when the service could not be reached. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';

  constructor(
    readonly service: string,
    readonly status: number,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${service} answered ${status}: ${reason}`, options);
  }
}

const ATTEMPTS = 3;
const FIRST_WAIT_MS = 50;
const REASON_CHARACTERS = 300;

/**
 * Makes signed calls without a client of the SDK. Such a client adds 30 to 60 kB to the ingest bundle, which may have
 * 400 kB. The signer is in every bundle anyway, because DynamoDB's client needs it. A call that was throttled, met a
 * fault of the service or lost its connection is tried three times in all.
 */
export class AwsCaller {
  constructor(private readonly deps: { readonly clock: Clock }) {}

  /** @throws AwsCallError unless the service answers with a 2xx */
  async post(call: AwsCall): Promise<AwsAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.attempt(call);
      if (answer instanceof AwsCallError) {
        if (attempt >= ATTEMPTS || !isRetryable(answer.status)) throw answer;
        await this.deps.clock.sleep(FIRST_WAIT_MS * 4 ** (attempt - 1));
      } else return answer;
    }
  }

  private async attempt({ service, path, headers, body }: AwsCall): Promise<AwsAnswer | AwsCallError> {
    const { AWS_REGION: region = 'us-east-1', AWS_ENDPOINT_URL: anyService } = process.env;
    const own = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`];
    const url = new URL(path, own ?? anyService ?? hostOf(service, region));
    const signer = new SignatureV4({ service, region, credentials: defaultProvider(), sha256: Sha256 });
    const signed = await signer.sign(
      {
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        headers: { ...headers, host: url.host },
        body,
      },
      { signingDate: new Date(this.deps.clock.now()) },
    );
    try {
      const answer = await fetch(url, { method: 'POST', headers: signed.headers, body });
      const text = await answer.text();
      if (answer.ok) return { status: answer.status, body: text };
      return new AwsCallError(service, answer.status, text.slice(0, REASON_CHARACTERS));
    } catch (cause) {
      return new AwsCallError(service, 0, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }
}

const hostOf = (service: string, region: string): string => `https://${service}.${region}.amazonaws.com`;
const isRetryable = (status: number): boolean => status === 0 || status === 429 || status >= 500;

/** The hash in the form that the signer asks for. */
class Sha256 {
  private readonly hash: { update(data: Uint8Array): unknown; digest(): Buffer };

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
