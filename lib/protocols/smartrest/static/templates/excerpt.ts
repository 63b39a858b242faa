const LENGTH = 40;

/** The first 40 characters of a device's value, so that an error row has a bounded length. */
export function excerpt(value: string): string {
  const characters = Array.from(value.slice(0, 2 * (LENGTH + 1)));
  return characters.length > LENGTH ? `${characters.slice(0, LENGTH).join('')}…` : value;
}
