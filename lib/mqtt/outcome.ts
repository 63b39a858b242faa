import type { SpelledRefusal } from '../protocols/smartrest/refusals';

/** The one vocabulary for what came of a row. The log line, `npm run decode` and the tests all read it. */
export type Outcome = { readonly row: number; readonly template: string } & (
  | { readonly result: 'accepted' }
  | ({ readonly result: 'refused' } & SpelledRefusal)
);
