import type { Clock } from '../../clock';

/**
 * How many PUBLISH packets a connection may still carry this second, in and out together. AWS allows 100 and drops the
 * excess (docs/reference/aws-platform.md#publish-rate-of-a-connection).
 */
export class PublishBudget {
  private second = -1;
  private used = 0;

  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number,
  ) {}

  /** Takes one packet's share; false when the second's budget is spent. */
  take(): boolean {
    const second = Math.floor(this.clock.now() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.used = 0;
    }
    if (this.used >= this.perSecond) return false;
    this.used++;
    return true;
  }
}
