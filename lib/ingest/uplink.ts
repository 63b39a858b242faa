import * as z from 'zod/mini';
import { fail, ok, type Result } from '../config/result';

/**
 * One publish as the IoT rule hands it over (`cdk/topics.ts` selects exactly these): the payload in base64, because the
 * Lambda action carries JSON only and a SmartREST row can be JSON by accident (aws-platform section 2.2).
 */
const uplink = z.object({
  payload: z.string(),
  topic: z.string(),
  clientId: z.string(),
  /** ms since the epoch, the rules engine's clock. */
  receivedAt: z.number(),
  /** The broker's trace id. */
  messageId: z.string(),
  /** MQTT 5 only: where the device wants its answer, and what it wants back with it. */
  responseTopic: z.optional(z.string()),
  correlationData: z.optional(z.string()),
});
export type Uplink = z.output<typeof uplink>;

export function parseUplink(event: unknown): Result<Uplink, string> {
  const parsed = z.safeParse(uplink, event);
  if (parsed.success) return ok(parsed.data);
  return fail(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`).join('; '));
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
