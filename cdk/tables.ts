import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { DUE_INDEX, LIST_INDEX } from '../lib/storage/keys';
import type { CirrusFunction } from './function';

export interface TablesProps {
  /** Kept tables are also protected against deletion by hand. */
  readonly removalPolicy: RemovalPolicy;
  /** For how many days back the registry can be restored, to any second: 1 to 35. */
  readonly recoveryDays: number;
}

/** What a function does with items; each word is one DynamoDB action. */
export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem';

export const READ_ACTIONS: readonly TableAction[] = ['GetItem', 'BatchGetItem', 'Query'];
export const WRITE_ACTIONS: readonly TableAction[] = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];

/** The two tables, which hold all data. Their names are generated, so that a restored table can replace one. */
export class Tables extends Construct {
  /** Tenants, users, claims, inventory, identity, alarms, operations, templates. */
  readonly registry: Table;
  /** Measurements and events, packed; they expire. */
  readonly telemetry: Table;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    const common = {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // the key DynamoDB owns: one of our own would cost a dollar a month
      encryption: TableEncryption.DEFAULT,
      removalPolicy: props.removalPolicy,
      deletionProtection: props.removalPolicy === RemovalPolicy.RETAIN,
    };
    this.registry = new Table(this, 'Registry', {
      ...common,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: props.recoveryDays,
      },
      // sessions and mail of real-time notifications
      timeToLiveAttribute: 'ttl',
    });
    this.registry.addGlobalSecondaryIndex({
      indexName: LIST_INDEX,
      partitionKey: { name: 'listPk', type: AttributeType.STRING },
      sortKey: { name: 'listSk', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.registry.addGlobalSecondaryIndex({
      indexName: DUE_INDEX,
      partitionKey: { name: 'duePk', type: AttributeType.STRING },
      sortKey: { name: 'dueAt', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.telemetry = new Table(this, 'Telemetry', { ...common, timeToLiveAttribute: 'ttl' });
    Validations.of(this.telemetry).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'Readings expire by themselves and are by far the most data; continuous backup would double their price.',
    });
  }

  /** Lets a function act on the registry. It may query only those indexes that `indexes` names. */
  allowRegistry(to: CirrusFunction, actions: readonly TableAction[], indexes: readonly string[] = []): void {
    to.allow(actions.map(actionName), [this.registry.tableArn]);
    if (indexes.length > 0) {
      to.allow(
        [actionName('Query')],
        indexes.map((index) => `${this.registry.tableArn}/index/${index}`),
      );
    }
  }

  /** Lets a function act on the readings. */
  allowTelemetry(to: CirrusFunction, actions: readonly TableAction[]): void {
    to.allow(actions.map(actionName), [this.telemetry.tableArn]);
  }
}

const actionName = (action: TableAction): string => `dynamodb:${action}`;
