import { fail, ok, type Result } from '../base/result';

/**
 * One publish as the IoT rule hands it over (`cdk/topics.ts` selects exactly these): the payload in base64, because the
 * Lambda action carries JSON only and a payload of rows can be JSON by accident (aws-platform section 2.2).
 */
export interface Uplink {
  readonly payload: string;
  readonly topic: string;
  readonly clientId: string;
  /** ms since the epoch, the rules engine's clock. */
  readonly receivedAt: number;
  /** The broker's trace id. */
  readonly messageId: string;
  /** MQTT 5 only: where the device wants its answer, and what it wants back with it. */
  readonly responseTopic?: string;
  readonly correlationData?: string;
}

const TEXTS = ['payload', 'topic', 'clientId', 'messageId'] as const;
const OPTIONAL_TEXTS = ['responseTopic', 'correlationData'] as const;

/** Checked by hand, once per message on the hot path (decision 3); the error names every member that is wrong. */
export function parseUplink(event: unknown): Result<Uplink, string> {
  if (typeof event !== 'object' || event === null) return fail('event: not an object');
  const members: { readonly [name: string]: unknown } = { ...event };
  const faults = [
    ...TEXTS.filter((name) => typeof members[name] !== 'string').map((name) => `${name}: not a text`),
    ...OPTIONAL_TEXTS.filter((name) => !['string', 'undefined'].includes(typeof members[name])).map(
      (name) => `${name}: not a text`,
    ),
    ...(Number.isFinite(members.receivedAt) ? [] : ['receivedAt: not a number']),
  ];
  return faults.length > 0 ? fail(faults.join('; ')) : ok(event as Uplink);
}

/**
 * Bytes of the PUBLISH packet a payload came in: the limit counts header and body (mqtt-implementation section 8.1). The
 * packet identifier of QoS 1 is left out, because rules do not know the QoS.
 */
export function packetSize(topic: string, payloadBytes: number): number {
  const remaining = 2 + Buffer.byteLength(topic) + payloadBytes;
  let lengthBytes = 1;
  for (let rest = remaining; rest > 127; rest = Math.floor(rest / 128)) lengthBytes++;
  return 1 + lengthBytes + remaining;
}
