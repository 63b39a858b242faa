import type { Command } from '../../../../platform/commands';
import type { SpelledRefusal } from '../../../protocol';

/** What decoding needs to know beside the row. */
export interface DecodeContext {
  /** External id of the device the topic addresses: the connected one, a child or a service. */
  readonly serial: string;
  /** When the platform received the message, ms since the epoch. */
  readonly receivedAt: number;
}

/**
 * How the text of a value becomes a typed value (docs/reference/static-templates.md#value-types). `read` gives
 * undefined for a text that does not have the type.
 */
export interface ValueType<T> {
  /** As docs/reference/static-templates.md#value-types writes it. */
  readonly name: string;
  /** Completes "… is not …" in an error row. */
  readonly expected: string;
  read(value: string): T | undefined;
}

/** One value at one position. */
export interface Single<N extends string = string, T = unknown, M extends boolean = boolean> {
  readonly kind: 'single';
  readonly name: N;
  readonly type: ValueType<T>;
  readonly mandatory: M;
  /** What replaces an empty value, for people to read. The template's function does the replacing. */
  readonly fallback?: string;
}

/** All remaining values of the row. Empty ones are dropped unless `keepEmpty` is set. */
export interface List<N extends string = string, T = unknown> {
  readonly kind: 'list';
  readonly name: N;
  readonly type: ValueType<T>;
  readonly min: 0 | 1;
  readonly keepEmpty: boolean;
}

/** All remaining values of the row, in groups of `params`. The last group may lack values at its end. */
export interface Groups<N extends string = string, P extends readonly Single[] = readonly Single[]> {
  readonly kind: 'groups';
  readonly name: N;
  readonly params: P;
  readonly min: 0 | 1;
}

/** A parameter of a template. A list or a group of values can only be the last one. */
export type Param = Single | List | Groups;

type ValueOf<P> =
  P extends Single<string, infer T, infer M>
    ? true extends M
      ? T
      : T | undefined
    : P extends List<string, infer T>
      ? readonly T[]
      : P extends Groups<string, infer G>
        ? readonly Values<G>[]
        : never;

/** The values of a row by parameter name. An optional value that the row does not have is `undefined`. */
export type Values<P extends readonly Param[]> = {
  readonly [Q in P[number] as Q['name']]: ValueOf<Q>;
};

/** A static template a device publishes. */
export interface Template {
  readonly id: string;
  readonly title: string;
  readonly params: readonly Param[];
  /** `fields` is the whole row, the template id first. */
  decode(fields: readonly string[], ctx: DecodeContext): readonly Command[] | SpelledRefusal;
}

/** A value that every row must have. */
export const mandatory = <const N extends string, T>(name: N, type: ValueType<T>): Single<N, T, true> => ({
  kind: 'single',
  name,
  type,
  mandatory: true,
});

/** A value that a row may leave empty. */
export const optional = <const N extends string, T>(
  name: N,
  type: ValueType<T>,
  fallback?: string,
): Single<N, T, false> => ({
  kind: 'single',
  name,
  type,
  mandatory: false,
  ...(fallback === undefined ? {} : { fallback }),
});

/** All remaining values of the row. With `min` 1 at least one has to be there. */
export const list = <const N extends string, T>(
  name: N,
  type: ValueType<T>,
  { min = 0, keepEmpty = false }: { readonly min?: 0 | 1; readonly keepEmpty?: boolean } = {},
): List<N, T> => ({ kind: 'list', name, type, min, keepEmpty });

/** All remaining values of the row in groups. With `min` 1 at least one group has to be there. */
export const groups = <const N extends string, const P extends readonly Single[]>(
  name: N,
  params: P,
  { min }: { readonly min: 0 | 1 },
): Groups<N, P> => ({ kind: 'groups', name, params, min });
