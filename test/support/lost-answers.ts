import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

const WRITES = /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem)/;

/**
 * A network on which the answer of one write is lost. DynamoDB carries the write out, the SDK hears nothing of it and
 * sends the write again. It works below the SDK's retries.
 */
export class LostAnswers {
  private writes = 0;
  private lost = 0;
  private inBetween: () => Promise<unknown> = async () => {};
  private isRequestLost = false;

  watch(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (!WRITES.test(context.commandName ?? '') || ++this.writes !== this.lost) return next(args);
        if (!this.isRequestLost) await next(args);
        await this.inBetween();
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
      },
      { step: 'finalizeRequest', priority: 'low', name: 'loseAnswers' },
    );
  }

  /** Runs `work` and loses the answer of its n-th write; the first is 1. `inBetween` runs before the SDK tries again. */
  async losing<T>(nth: number, work: () => Promise<T>, inBetween = this.inBetween): Promise<T> {
    return this.faulty(nth, false, work, inBetween);
  }

  /** Like `losing`, but the request is lost on its way, so that DynamoDB does not see the first try. */
  async losingRequest<T>(nth: number, work: () => Promise<T>, inBetween = this.inBetween): Promise<T> {
    return this.faulty(nth, true, work, inBetween);
  }

  /** How many writes `work` makes. */
  async count(work: () => Promise<unknown>): Promise<number> {
    this.writes = 0;
    await work();
    return this.writes;
  }

  private async faulty<T>(
    nth: number,
    isRequestLost: boolean,
    work: () => Promise<T>,
    inBetween: () => Promise<unknown>,
  ): Promise<T> {
    const idle = this.inBetween;
    Object.assign(this, { writes: 0, lost: nth, isRequestLost, inBetween });
    try {
      return await work();
    } finally {
      Object.assign(this, { lost: 0, isRequestLost: false, inBetween: idle });
    }
  }
}
