import type { ProvidedCirrus } from './cirrus';
import { eventually } from './eventually';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface ManagedObject {
  readonly id: string;
  readonly name?: string;
  readonly type?: string;
  readonly [fragment: string]: unknown;
}

export interface Operation {
  readonly id: string;
  readonly deviceId: string;
  readonly status: string;
  readonly failureReason?: string;
  readonly [fragment: string]: unknown;
}

/** The REST API with the administrator's basic auth. Types of bodies are what the caller expects to find. */
export class Rest {
  readonly #base: string;
  readonly #authorization: string;

  constructor({ endpoints, tenant, user, password }: ProvidedCirrus) {
    this.#base = endpoints.http;
    this.#authorization = `Basic ${Buffer.from(`${tenant}/${user}:${password}`).toString('base64')}`;
  }

  get<T = unknown>(path: string): Promise<Answer<T>> {
    return this.#send('GET', path);
  }

  post<T = unknown>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.#send('POST', path, body, headers);
  }

  put<T = unknown>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.#send('PUT', path, body, headers);
  }

  delete(path: string): Promise<Answer<unknown>> {
    return this.#send('DELETE', path);
  }

  /** The managed object of a device as it is now, or undefined. */
  async findDevice(serial: string): Promise<ManagedObject | undefined> {
    const identity = await this.get<{ managedObject: { id: string } }>(
      `/identity/externalIds/c8y_Serial/${encodeURIComponent(serial)}`,
    );
    if (identity.status !== 200) return undefined;
    const object = await this.get<ManagedObject>(`/inventory/managedObjects/${identity.body.managedObject.id}`);
    return object.status === 200 ? object.body : undefined;
  }

  /** The managed object of a device, as soon as it is there. */
  device(serial: string): Promise<ManagedObject> {
    return eventually(async () => {
      const found = await this.findDevice(serial);
      if (found === undefined) throw new Error(`no device ${serial}`);
      return found;
    });
  }

  /** A collection's members: `list('/measurement/measurements?source=7', 'measurements')`. */
  async list<T = Readonly<Record<string, unknown>>>(path: string, member: string): Promise<readonly T[]> {
    const { status, body } = await this.get<Readonly<Record<string, readonly T[]>>>(path);
    const members = body[member];
    if (status !== 200 || members === undefined) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return members;
  }

  /** Creates an operation for a device; the type of its fragment is the caller's. */
  async createOperation(deviceId: string, fragments: Readonly<Record<string, unknown>>): Promise<Operation> {
    const { status, body } = await this.post<Operation>('/devicecontrol/operations', { deviceId, ...fragments });
    if (status !== 201) throw new Error(`operation refused: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async operation(id: string): Promise<Operation> {
    return (await this.get<Operation>(`/devicecontrol/operations/${id}`)).body;
  }

  /** Resolves with the operation once it has the status. */
  operationIn(id: string, status: string): Promise<Operation> {
    return eventually(async () => {
      const operation = await this.operation(id);
      if (operation.status !== status) throw new Error(`operation ${id} is ${operation.status}, not ${status}`);
      return operation;
    });
  }

  async #send<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        authorization: this.#authorization,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, headers: response.headers, body: parsed as T };
  }
}
