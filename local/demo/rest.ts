import type { Sample, Station } from './weather';

/** An operation as the platform shows it. */
export interface RestOperation {
  readonly id: string;
  readonly status: string;
}

interface MeasurementPage {
  readonly measurements: readonly ({ readonly time: string } & Readonly<Record<string, unknown>>)[];
}

const DAY_MS = 86_400_000;
/** More than the minutes of a day, so that a day fits into one page. */
const PAGE_SIZE = 2_000;
const JSON_TYPE = 'application/json';

/** The demo's REST client. */
export class RestClient {
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    private readonly url: string,
    private readonly tenant: string,
    user: string,
    password: string,
  ) {
    const credentials = Buffer.from(`${tenant}/${user}:${password}`).toString('base64');
    this.headers = { authorization: `Basic ${credentials}`, accept: JSON_TYPE, 'content-type': JSON_TYPE };
  }

  /** Creates the user that a device logs in with. */
  async createDeviceUser(userName: string, password: string): Promise<void> {
    await this.call('POST', `/user/${this.tenant}/users`, { userName, password });
  }

  /** The id of a device's managed object. */
  async deviceId(serial: string): Promise<string> {
    const found = await this.call<{ readonly managedObject: { readonly id: string } }>(
      'GET',
      `/identity/externalIds/c8y_Serial/${encodeURIComponent(serial)}`,
    );
    return found.managedObject.id;
  }

  async createRestart(deviceId: string): Promise<RestOperation> {
    const operation = { deviceId, description: 'Restart the station', c8y_Restart: {} };
    return this.call('POST', '/devicecontrol/operations', operation);
  }

  async operation(id: string): Promise<RestOperation> {
    return this.call('GET', `/devicecontrol/operations/${id}`);
  }

  /** A device's samples from `from` to `to` (ms, inclusive), read day by day. A value that is not a number is NaN. */
  async *samples(deviceId: string, { fragment, series }: Station, from: number, to: number): AsyncGenerator<Sample> {
    for (let day = from; day <= to; day += DAY_MS) {
      const query = new URLSearchParams({
        source: deviceId,
        dateFrom: new Date(day).toISOString(),
        dateTo: new Date(Math.min(day + DAY_MS - 1, to)).toISOString(),
        pageSize: String(PAGE_SIZE),
      });
      const page = await this.call<MeasurementPage>('GET', `/measurement/measurements?${query}`);
      for (const measurement of page.measurements) {
        const stored = measurement[fragment] as Readonly<Record<string, { readonly value?: unknown }>> | undefined;
        yield { time: Date.parse(measurement.time), value: Number(stored?.[series]?.value) };
      }
    }
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: this.headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }
}
