type IsAny<T> = 0 extends 1 & T ? true : false;
type OptionalKeys<T> = {
  [K in keyof T]-?: undefined extends T[K] ? (IsAny<T[K]> extends true ? never : K) : never;
}[keyof T];
/** The members of `T`; one that may be undefined may be missing instead. */
export type Defined<T> = Omit<T, OptionalKeys<T>> & { [K in OptionalKeys<T>]?: Exclude<T[K], undefined> };

const PLAIN = { configurable: true, enumerable: true, writable: true } as const;

/** The members without those that are undefined: an optional member is left out, never there as undefined. */
export function defined<const T extends object>(members: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(members)) {
    const value = members[name as keyof T];
    if (value === undefined) continue;
    // a member of that name would become the prototype
    if (name === '__proto__') Object.defineProperty(kept, name, { value, ...PLAIN });
    else kept[name] = value;
  }
  return kept as Defined<T>;
}
