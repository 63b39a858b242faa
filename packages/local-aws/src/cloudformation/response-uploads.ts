import type { IncomingMessage, ServerResponse } from 'node:http';

/** One response that is expected. */
interface ExpectedUpload {
  /** Path of its URL at the endpoint. */
  readonly path: string;
  /** Ends the upload. Returns the first body that was uploaded, if any. */
  take(): string | undefined;
}

/**
 * The endpoint takes uploads below this path without a signature. The id in the path is the secret, as it is in the
 * URLs of AWS.
 */
export const UPLOAD_PREFIX = '/callback/';

/** The uploads by which functions of custom resources answer. */
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
