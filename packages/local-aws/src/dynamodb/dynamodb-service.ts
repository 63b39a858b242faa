import { join } from 'node:path';
import type { Clock } from '../clock';
import { mountAwsJson } from '../endpoint/aws-json';
import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Access } from '../iam/access';
import type { Service } from '../service';
import type { StackIdentity } from '../template/resource-type';
import type { Dynamodb, DynamodbMeter } from './dynamodb';
import { EmbeddedDynamodb } from './embedded-dynamodb';
import { DYNAMODB_LIMITS } from './limits';
import { RemoteDynamodb } from './remote-dynamodb';
import { dynamodbResources } from './resources';
import type { HostCredentials } from './signed-request';

interface DynamodbDependencies {
  readonly access: Access;
  readonly meter: DynamodbMeter;
  readonly clock: Clock;
  readonly stack: StackIdentity;
  /** Folder in which tables outlive the process. Default: memory only. */
  readonly dataDir?: string | undefined;
  /** A real DynamoDB or DynamoDB Local to use instead of the embedded database. */
  readonly dynamodbEndpoint?: string | undefined;
}

/**
 * Amazon DynamoDB, embedded or somewhere else. The embedded database refuses what DynamoDB
 * refuses. Tables are kept in a folder of their own, and not in the state file.
 */
export class DynamodbService implements Service {
  readonly name = 'dynamodb';
  readonly limits = DYNAMODB_LIMITS;
  readonly resources;
  readonly #database: Dynamodb;

  constructor(dependencies: DynamodbDependencies) {
    this.#database = databaseOf(dependencies);
    this.resources = dynamodbResources(this.#database);
  }

  mount(endpoint: ServiceEndpoint): void {
    mountAwsJson(endpoint, 'dynamodb', this.#database);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

function databaseOf({ dataDir, dynamodbEndpoint, clock, stack, ...rest }: DynamodbDependencies): Dynamodb {
  const { region, account } = stack;
  const shared = { ...rest, region, account };
  if (dynamodbEndpoint !== undefined) {
    return new RemoteDynamodb({ ...shared, clock, endpoint: dynamodbEndpoint, credentials: hostCredentials() });
  }
  return new EmbeddedDynamodb({ ...shared, ...(dataDir === undefined ? {} : { path: join(dataDir, 'dynamodb') }) });
}

/** The host's own key for the other DynamoDB. DynamoDB Local takes any key. */
function hostCredentials(): HostCredentials {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID ?? 'local',
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? 'local',
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}
