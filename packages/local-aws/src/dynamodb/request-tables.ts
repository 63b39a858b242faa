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

/** A table may be named by its ARN. */
function tableName(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf('table/') + 'table/'.length) : nameOrArn;
}
