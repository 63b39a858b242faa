import type { Connection } from './connection';

/** What takes messages in, and how it says that it has enough for now. */
export interface Backlog {
  readonly isFull: boolean;
  /** Calls `listener` when there is room again. */
  onRoom(listener: () => void): void;
}

/**
 * Lets messages of clients in while the backlog has room. Otherwise they wait, and with them the PUBACKs. The
 * connections take turns, so that a busy one does not keep the others waiting. Messages of one connection keep their
 * order.
 */
export class Admission {
  /** The connection whose turn is next comes first. */
  private readonly waiting = new Map<Connection, (() => void)[]>();

  constructor(private readonly backlog: Backlog) {
    backlog.onRoom(() => this.admit());
  }

  /**
   * Calls `take` at once, or when it is the connection's turn, and resolves as it does. When the connection closes
   * before, it is never called, and the promise stays pending. `take` adds to the backlog before it returns.
   */
  enter(connection: Connection, take: () => Promise<void>): Promise<void> {
    if (this.waiting.size === 0 && !this.backlog.isFull) return take();
    return new Promise((resolve, reject) => {
      const admitted = (): void => void take().then(resolve, reject);
      const own = this.waiting.get(connection);
      if (own) own.push(admitted);
      else this.waiting.set(connection, [admitted]);
    });
  }

  /** Forgets what a connection still wanted to send. None of it has been acknowledged. */
  leave(connection: Connection): void {
    this.waiting.delete(connection);
  }

  private admit(): void {
    for (const [connection, own] of this.waiting) {
      if (this.backlog.isFull) return;
      this.waiting.delete(connection);
      const admitted = own.shift();
      // iteration comes to it again, behind the others
      if (own.length > 0) this.waiting.set(connection, own);
      admitted?.();
    }
  }
}
