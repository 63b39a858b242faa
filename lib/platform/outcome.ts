/**
 * The one vocabulary for what came of a row. `s/e`, the log line, `npm run decode` and the tests all read it.
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

export type Outcome = { readonly row: number; readonly template: string } & (
  | { readonly result: 'accepted' }
  | ({ readonly result: 'refused' } & Refusal)
  | { readonly result: 'deferred'; readonly text: string }
);

export const refusal = (code: RefusalCode, text: string, remedy: string): Refusal => ({ code, text, remedy });
