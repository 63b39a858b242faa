import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { EmulatorSettings, StackOutputs } from './settings';
import { ACCOUNTS } from './settings';

/** The answer to a REST request. */
export interface RestAnswer {
  readonly status: number;
  /** The parsed body; undefined for an empty one. */
  readonly body: unknown;
}

/**
 * The REST API behind the emulator's gateway. The host name of the API (`<id>.execute-api.…`) often does not resolve,
 * so it goes into the Host header, which `fetch` cannot set.
 */
export class EmulatorRest {
  private readonly host: string;
  private readonly authorization: string;

  constructor(
    private readonly settings: EmulatorSettings,
    outputs: StackOutputs,
  ) {
    const { tenant, adminUser, adminPassword } = ACCOUNTS;
    this.host = new URL(outputs.ApiUrl).host;
    this.authorization = `Basic ${Buffer.from(`${tenant}/${adminUser}:${adminPassword}`).toString('base64')}`;
  }

  send(method: string, path: string, body?: unknown): Promise<RestAnswer> {
    const { endpoint } = this.settings;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = endpoint.protocol === 'https:' ? requestHttps : requestHttp;
    const headers = {
      host: this.host,
      authorization: this.authorization,
      accept: 'application/json',
      ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, endpoint), { method, headers }, async (response) => {
        try {
          const received = Buffer.concat(await response.toArray()).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            body: received === '' ? undefined : parseBody(path, response.statusCode, received),
          });
        } catch (error) {
          reject(error);
        }
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }
}

function parseBody(path: string, status: number | undefined, received: string): unknown {
  try {
    return JSON.parse(received);
  } catch (cause) {
    throw new Error(`${path} was answered with ${status} and no JSON: ${received.slice(0, 200)}`, { cause });
  }
}
