import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/** Every item of both tables as JSON, by its key. */
type Items = ReadonlyMap<string, string>;

async function scan(client: DynamoDBClient, table: string): Promise<[string, string][]> {
  const found: [string, string][] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName: table, ...(start && { ExclusiveStartKey: start }) }));
    for (const attributes of page.Items ?? []) {
      const item = unmarshall(attributes);
      found.push([`${table} ${item.pk} ${item.sk}`, JSON.stringify(item)]);
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}

/** Everything that is stored. What changes none of it has no effect. */
export async function everyItem(client: DynamoDBClient): Promise<Items> {
  return new Map([...(await scan(client, 'registry')), ...(await scan(client, 'telemetry'))]);
}

/** The ids of a tenant's objects that this user owns. */
export const ownedBy = (items: Items, tenant: string, user: string): string[] =>
  [...items].flatMap(([key, text]) => {
    const [, id] = new RegExp(`^registry T#${tenant}#MO#(\\d+) MO$`).exec(key) ?? [];
    return id !== undefined && JSON.parse(text).o === user ? [id] : [];
  });

/** The items of another tenant, and those that name one of these words: ids, serials. */
export const itemsOf = (items: Items, tenant: string, words: readonly string[]): Items =>
  new Map(
    [...items].filter(
      ([key, text]) => key.includes(` T#${tenant}#`) || words.some((word) => key.includes(word) || text.includes(word)),
    ),
  );

/** The keys of items that are not the same in both. */
export const changedBetween = (before: Items, after: Items): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
