import type { Authorizer } from '../authorization/authorizer';
import type { IotDependencies } from '../iot-dependencies';
import type { Connection } from './connection';
import type { Connections } from './connections';

/**
 * Ends connections whose lifetime is over (docs/reference/aws-platform.md#lifetime-of-a-password-connection), and asks
 * the authorizer again when a policy is too old (docs/reference/aws-platform.md#when-the-authorizer-is-called). It
 * reads the injected clock, so that a test can advance the time.
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
