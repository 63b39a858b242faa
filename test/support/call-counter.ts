import { ConditionalCheckFailedException, type ConsumedCapacity, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

class SimulatedCrash extends Error {
  override readonly name = 'SimulatedCrash';
}

/** One table's use of DynamoDB. */
export interface Usage {
  /** How often each command ran: `{ PutItem: 1 }`. */
  readonly commands: Readonly<Record<string, number>>;
  readonly writeUnits: number;
  readonly readUnits: number;
}

/**
 * Counts the commands and capacity units of a DynamoDB client. The units are those of the table without its indexes,
 * because the in-memory database reports no others. It reports nothing for a write whose condition failed. AWS bills
 * such a write, so it counts as one unit here.
 */
export class CallCounter {
  private commands: Record<string, number> = {};
  private writeUnits = 0;
  private readUnits = 0;
  private running = 0;
  /** The largest number of calls under way at the same time, since the start or the last `reset`. */
  mostAtOnce = 0;
  private callsUntilCrash = Number.POSITIVE_INFINITY;
  private answersUntilLoss = Number.POSITIVE_INFINITY;

  watch(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const command = (context.commandName ?? '').replace(/Command$/, '');
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
        this.commands[command] = (this.commands[command] ?? 0) + 1;
        if (--this.callsUntilCrash <= 0) throw new SimulatedCrash();
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.running);
        const result = await next(args)
          .catch((error: unknown) => {
            if (error instanceof ConditionalCheckFailedException) this.writeUnits += 1;
            throw error;
          })
          .finally(() => {
            this.running--;
          });
        const { ConsumedCapacity: consumed } = result.output as {
          ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
        };
        for (const { CapacityUnits: units = 0 } of consumed === undefined ? [] : [consumed].flat()) {
          if (WRITES.has(command)) this.writeUnits += units;
          else this.readUnits += units;
        }
        return result;
      },
      { step: 'initialize', name: 'countCalls' },
    );
    // within the retries of the SDK, so that the SDK sends the request again, as it does in production
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        if (--this.answersUntilLoss !== 0) return result;
        throw Object.assign(new Error('the answer was lost'), { name: 'TimeoutError' });
      },
      { step: 'deserialize', name: 'loseAnswerOfCall' },
    );
  }

  /** Everything since the start or the last `reset`. */
  get usage(): Usage {
    return { commands: { ...this.commands }, writeUnits: this.writeUnits, readUnits: this.readUnits };
  }

  reset(): void {
    this.commands = {};
    this.writeUnits = 0;
    this.readUnits = 0;
    this.mostAtOnce = this.running;
  }

  /** Runs `work` like a process that dies before its n-th call reaches DynamoDB. The first call is 1. */
  async failAt(call: number, work: () => Promise<unknown>): Promise<void> {
    this.callsUntilCrash = call;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SimulatedCrash)) throw error;
    } finally {
      this.callsUntilCrash = Number.POSITIVE_INFINITY;
    }
  }

  /** Runs `work` while the answer to its n-th call is lost after DynamoDB has done it. The SDK repeats the call. */
  async loseAnswerAt<T>(call: number, work: () => Promise<T>): Promise<T> {
    this.answersUntilLoss = call;
    return work().finally(() => {
      this.answersUntilLoss = Number.POSITIVE_INFINITY;
    });
  }

  /** What `work` alone used. It resets the counter first. */
  async counting(work: () => Promise<unknown>): Promise<Usage> {
    this.reset();
    await work();
    return this.usage;
  }
}
