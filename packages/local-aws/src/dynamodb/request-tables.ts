import type { RequestInput } from '../endpoint/aws-json';

/**
 * The resources of a DynamoDB request, each as the part of its ARN after `table/`: the tables of a batch, the index of
 * a query, otherwise the one table. `*` for `ListTables`, which names none.
 */
export function tablesOf(operation: string, input: RequestInput): readonly string[] {
  if (operation === 'ListTables') return ['*'];
  if (operation.startsWith('Batch'))
    return Object.keys((input.RequestItems as object | undefined) ?? {}).map(tableName);
  const table = tableName(String(input.TableName ?? ''));
  const reads = operation === 'Query' || operation === 'Scan';
  return [reads && input.IndexName !== undefined ? `${table}/index/${String(input.IndexName)}` : table];
}

/** What a request needs permission for: an action, and a resource as the part of its ARN after `table/`. */
export interface Demand {
  readonly action: string;
  readonly resource: string;
}

/** A transaction has no action of its own on AWS: each of its items needs the permission of what is done with it. */
export function demandsOf(operation: string, input: RequestInput): readonly Demand[] {
  if (!operation.startsWith('Transact')) {
    return tablesOf(operation, input).map((resource) => ({ action: operation, resource }));
  }
  const items = Array.isArray(input.TransactItems) ? (input.TransactItems as readonly object[]) : [];
  return items.flatMap((item) =>
    Object.entries(item as Readonly<Record<string, { readonly TableName?: string } | undefined>>).map(
      ([kind, part]) => ({
        action: kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`,
        resource: tableName(String(part?.TableName ?? '')),
      }),
    ),
  );
}

/** A table may be named by its ARN. */
function tableName(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf('table/') + 'table/'.length) : nameOrArn;
}
