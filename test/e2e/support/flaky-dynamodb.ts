import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';

/** A DynamoDB that can be told to refuse writes. */
export interface FlakyDynamodb {
  readonly url: string;
  broken: boolean;
  close(): Promise<void>;
}

const WRITE = /\.(PutItem|UpdateItem|DeleteItem|BatchWriteItem)$/;
const FAULT = { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'The disk is on fire' };

export async function startFlakyDynamodb(): Promise<FlakyDynamodb> {
  const database = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const server = createServer((request, response) => {
    if (!flaky.broken || !WRITE.test(String(request.headers['x-amz-target']))) {
      database.emit('request', request, response);
      return;
    }
    request.resume();
    response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(FAULT));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const flaky: FlakyDynamodb = {
    url: `http://127.0.0.1:${port}`,
    broken: false,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
  return flaky;
}
