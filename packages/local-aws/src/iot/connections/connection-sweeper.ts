import type { Authorizer } from '../authorization/authorizer';
import type { IotDependencies } from '../iot-dependencies';
import type { Connection } from './connection';
import type { Connections } from './connections';

/**
 * Holds connections to what their authorizer granted: their lifetime
 * (docs/reference/aws-platform.md#lifetime-of-a-password-connection), and their policy's age
 * (docs/reference/aws-platform.md#when-the-authorizer-is-called). Compares with the injected clock, so that a test
 * which advances it sees the same.
 */
export class ConnectionSweeper {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly deps: IotDependencies,
    private readonly connections: Connections,
    private readonly authorizer: Authorizer,
  ) {}

  start(interval: number): void {
    this.timer = setInterval(() => this.sweep(), interval);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks at every connection once. */
  sweep(): void {
    const now = this.deps.clock.now();
    for (const connection of this.connections.all()) {
      const { expiresAt, refreshAt } = connection.grant;
      if (expiresAt !== undefined && now >= expiresAt) connection.end('CUSTOMAUTH_TTL_EXPIRATION');
      else if (refreshAt !== undefined && now >= refreshAt) void this.refresh(connection);
    }
    this.connections.forget();
  }

  private async refresh(connection: Connection): Promise<void> {
    const { event } = connection.grant;
    if (event === undefined || connection.refreshing) return;
    connection.refreshing = true;
    const answer = await this.authorizer.refresh(connection, event);
    connection.refreshing = false;
    if (answer.ok) connection.grant = answer.grant;
    else connection.end('AUTH_ERROR', answer.reason);
  }
}
