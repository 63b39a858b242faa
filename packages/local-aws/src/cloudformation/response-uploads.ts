import type { IncomingMessage, ServerResponse } from 'node:http';

/** Where one response is uploaded to, and what came. */
interface ExpectedUpload {
  /** Path of its URL at the endpoint. */
  readonly path: string;
  /** The first body uploaded, if any; from then on none is taken. */
  take(): string | undefined;
}

/** Below this path the endpoint takes uploads without a signature: the id in the path is the secret, as in AWS's URLs. */
export const UPLOAD_PREFIX = '/callback/';

/** One-time uploads, by which functions of custom resources answer. */
export class ResponseUploads {
  readonly #bodies = new Map<string, string[]>();

  expect(id: string): ExpectedUpload {
    const bodies: string[] = [];
    this.#bodies.set(id, bodies);
    const take = (): string | undefined => {
      this.#bodies.delete(id);
      return bodies[0];
    };
    return { path: `${UPLOAD_PREFIX}${id}`, take };
  }

  readonly receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = (request.url ?? '').slice(UPLOAD_PREFIX.length).split(/[/?]/)[0] ?? '';
    const bodies = request.method === 'PUT' ? this.#bodies.get(id) : undefined;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    response.writeHead(bodies === undefined ? 403 : 200).end();
    bodies?.push(body);
  };
}
