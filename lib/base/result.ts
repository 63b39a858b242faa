/** What a call returns that can be refused: a value or an error. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** A call that succeeded. */
export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
/** A call that was refused. */
export const fail = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });
