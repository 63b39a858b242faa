interface Node<T> {
  readonly children: Map<string, Node<T>>;
  readonly values: Set<T>;
}

const node = <T>(): Node<T> => ({ children: new Map(), values: new Set() });

/**
 * Values stored under topic filters. `match` finds the values of all filters that match a topic by the rules of
 * `matchesFilter`, without visiting every filter.
 */
export class TopicTree<T> {
  private readonly root = node<T>();

  add(filter: string, value: T): void {
    let at = this.root;
    for (const level of filter.split('/')) {
      let next = at.children.get(level);
      if (next === undefined) {
        next = node();
        at.children.set(level, next);
      }
      at = next;
    }
    at.values.add(value);
  }

  remove(filter: string, value: T): void {
    removeBelow(this.root, filter.split('/'), 0, value);
  }

  match(topic: string): T[] {
    const found: T[] = [];
    collect(this.root, topic.split('/'), 0, topic.startsWith('$'), found);
    return found;
  }
}

function collect<T>(at: Node<T>, levels: readonly string[], depth: number, reserved: boolean, found: T[]): void {
  const level = levels[depth];
  if (level === undefined) {
    found.push(...at.values);
    return;
  }
  const exact = at.children.get(level);
  if (exact !== undefined && level !== '+' && level !== '#') collect(exact, levels, depth + 1, reserved, found);
  if (reserved && depth === 0) return;
  const one = at.children.get('+');
  if (one !== undefined) collect(one, levels, depth + 1, reserved, found);
  found.push(...(at.children.get('#')?.values ?? []));
}

/**
 * Removes a value and the nodes that became empty, so that old clients leave nothing behind. True when `at` is empty.
 */
function removeBelow<T>(at: Node<T>, levels: readonly string[], depth: number, value: T): boolean {
  const level = levels[depth];
  if (level === undefined) at.values.delete(value);
  else {
    const child = at.children.get(level);
    if (child !== undefined && removeBelow(child, levels, depth + 1, value)) at.children.delete(level);
  }
  return at.children.size === 0 && at.values.size === 0;
}
