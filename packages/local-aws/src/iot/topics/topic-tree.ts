interface Node<T> {
  readonly children: Map<string, Node<T>>;
  readonly values: Set<T>;
}

const node = <T>(): Node<T> => ({ children: new Map(), values: new Set() });

/** Values under topic filters, found by topic name with the rules of `matchesFilter` and without visiting every filter. */
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

/** Prunes what became empty, so that clients that come and go leave nothing behind. True when `at` itself is empty. */
function removeBelow<T>(at: Node<T>, levels: readonly string[], depth: number, value: T): boolean {
  const level = levels[depth];
  if (level === undefined) at.values.delete(value);
  else {
    const child = at.children.get(level);
    if (child !== undefined && removeBelow(child, levels, depth + 1, value)) at.children.delete(level);
  }
  return at.children.size === 0 && at.values.size === 0;
}
