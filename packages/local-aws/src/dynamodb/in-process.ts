import { AwsError } from '../endpoint/aws-error';
import type { RequestInput } from '../endpoint/aws-json';
import { createStore, type DynaliteError, type DynaliteStore, isDynaliteOperation, runOperation } from './dynalite';
import type { TableDescription } from './item';
import { demandWithinLimits } from './within-limits';

/** The parts of a request of the AWS SDK that are read here. */
interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

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
  async handle(request: SdkRequest): Promise<{ response: SdkResponse }> {
    if (this.#isClosed) throw new Error('the in-process DynamoDB is closed');
    const target = request.headers['x-amz-target'] ?? '';
    try {
      const output = await this.#run(target.slice(target.indexOf('.') + 1), JSON.parse(textOf(request.body)));
      return { response: responseOf(200, output) };
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

const textOf = (body: unknown): string => (body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body));

function refusalOf(error: unknown): SdkResponse {
  if (error instanceof AwsError) {
    return responseOf(error.status, {
      __type: `com.amazonaws.dynamodb.v20120810#${error.code}`,
      message: error.message,
    });
  }
  const { statusCode, body } = error as DynaliteError;
  if (statusCode === undefined || body === undefined) throw error;
  return responseOf(statusCode, body);
}

const responseOf = (statusCode: number, body: unknown): SdkResponse => ({
  statusCode,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(JSON.stringify(body)),
});
