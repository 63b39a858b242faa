import { AwsError } from '../endpoint/aws-error';
import type { RequestInput } from '../endpoint/aws-json';
import { jsonRequest, jsonResponse, type SdkRequest, type SdkResponse } from '../endpoint/sdk-messages';
import { createStore, type DynaliteError, type DynaliteStore, isDynaliteOperation, runOperation } from './dynalite';
import type { TableDescription } from './item';
import { demandWithinLimits } from './within-limits';

/**
 * A DynamoDB in memory for clients of the same process: `new DynamoDBClient({ requestHandler: new InProcessDynamodb() })`.
 * No HTTP, no roles and no meter, so it is made for tests. It refuses what the embedded DynamoDB refuses. Consumed
 * capacity is that of the tables without their indexes.
 */
export class InProcessDynamodb {
  readonly #store: DynaliteStore = createStore(undefined, 'local', '000000000000');
  readonly #tables = new Map<string, TableDescription>();
  #isClosed = false;

  /** Answers one request of the SDK. */
  async handle(request: Pick<SdkRequest, 'headers' | 'body'>): Promise<{ response: SdkResponse }> {
    if (this.#isClosed) throw new Error('the in-process DynamoDB is closed');
    const { operation, input } = jsonRequest(request);
    try {
      return { response: jsonResponse(200, await this.#run(operation, input)) };
    } catch (error) {
      return { response: refusalOf(error) };
    }
  }

  /** Part of the SDK's interface. A client that was destroyed finds nobody here any more. */
  destroy(): void {
    this.#isClosed = true;
  }

  /** Part of the SDK's interface. There is nothing to configure. */
  updateHttpClientConfig(): void {}

  /** Part of the SDK's interface. */
  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  async #run(operation: string, input: RequestInput): Promise<unknown> {
    if (!isDynaliteOperation(operation)) throw new AwsError('UnknownOperationException', operation);
    demandWithinLimits(operation, input, (name) => this.#tables.get(name));
    const output = await runOperation(this.#store, operation, input);
    if (operation === 'CreateTable') await this.#remember(String(input.TableName));
    return output;
  }

  async #remember(name: string): Promise<void> {
    const described = () =>
      new Promise<TableDescription | undefined>((resolve) =>
        this.#store.getTable(name, false, (_error, table) => resolve(table)),
      );
    let table = await described();
    while (table?.TableStatus !== 'ACTIVE') {
      await new Promise((resolve) => setImmediate(resolve));
      table = await described();
    }
    this.#tables.set(name, table);
  }
}

function refusalOf(error: unknown): SdkResponse {
  if (error instanceof AwsError) {
    return jsonResponse(error.status, {
      __type: `com.amazonaws.dynamodb.v20120810#${error.code}`,
      message: error.message,
    });
  }
  const { statusCode, body } = error as DynaliteError;
  if (statusCode === undefined || body === undefined) throw error;
  return jsonResponse(statusCode, body);
}
