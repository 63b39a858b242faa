type IsAny<T> = 0 extends 1 & T ? true : false;
type OptionalKeys<T> = {
  [K in keyof T]-?: undefined extends T[K] ? (IsAny<T[K]> extends true ? never : K) : never;
}[keyof T];
/** The members of `T`. A member that may be undefined becomes optional. */
export type Defined<T> = Omit<T, OptionalKeys<T>> & { [K in OptionalKeys<T>]?: Exclude<T[K], undefined> };

const PLAIN = { configurable: true, enumerable: true, writable: true } as const;

/** The members that are not undefined. Stored items and JSON hold no member that is there as undefined. */
export function defined<const T extends object>(members: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(members)) {
    const value = members[name as keyof T];
    if (value === undefined) continue;
    // an assignment to this name would set the prototype
    if (name === '__proto__') Object.defineProperty(kept, name, { value, ...PLAIN });
    else kept[name] = value;
  }
  return kept as Defined<T>;
}
