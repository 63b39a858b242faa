import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

interface HttpEvent {
  readonly pathParameters: { readonly id: string };
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string;
}

const database = new DynamoDBClient({});
const events = new EventBridgeClient({});
const { ORDERS, BUS } = process.env;

/** `PUT /orders/{id}` takes an order, `GET /orders/{id}` says what became of it. */
export async function handler({ pathParameters: { id }, requestContext, body }: HttpEvent): Promise<object> {
  if (requestContext.http.method === 'GET') {
    const found = await database.send(new GetItemCommand({ TableName: ORDERS, Key: { id: { S: id } } }));
    if (!found.Item) return { statusCode: 404, body: JSON.stringify({ message: `no order ${id}` }) };
    return { id, goods: found.Item.goods?.S, packed: found.Item.packed?.BOOL };
  }
  const { goods } = JSON.parse(body ?? '{}') as { readonly goods: string };
  const Item = { id: { S: id }, goods: { S: goods }, packed: { BOOL: false } };
  await database.send(new PutItemCommand({ TableName: ORDERS, Item }));
  const entry = { EventBusName: BUS, Source: 'shop', DetailType: 'order', Detail: JSON.stringify({ id }) };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
  return { statusCode: 202, body: '' };
}
