/**
 * What a service refuses with. A protocol says it in its own words.
 * Codes follow SmartREST (mqtt-implementation section 9, static-templates section 5).
 */
export type RefusalCode = 40 | 41 | 42 | 43 | 45 | 50;

export interface Refusal {
  readonly code: RefusalCode;
  /** For the third part of the error row. */
  readonly text: string;
  /** What the integrator can do about it; for log, decode and docs, never on the wire. */
  readonly remedy: string;
}

export const refusal = (code: RefusalCode, text: string, remedy: string): Refusal => ({ code, text, remedy });
