import type { Simulation } from '@cirrus/local-aws';
import type { RestOperator } from './rest-operator';
import type { PlannedRequest } from './rest-script';

export interface RestClientsOptions {
  readonly simulation: Simulation;
  readonly rest: RestOperator;
  readonly tenant: string;
  readonly requests: readonly PlannedRequest[];
}

/** REST clients that follow their scripts, each one request after the other. */
export class RestClients {
  /** What each request was answered with, in the order of the scripts. */
  readonly statuses: number[] = [];
  private readonly ids: Map<string, string>;

  constructor(private readonly options: RestClientsOptions) {
    this.ids = new Map([['tenant', options.tenant]]);
  }

  /** Lets every client begin when its first request is due. */
  plan(): void {
    const clients = new Set(this.options.requests.map(({ client }) => client));
    for (const client of clients) this.follow(client, 0);
  }

  private follow(client: number, done: number): void {
    const { simulation, requests } = this.options;
    const request = requests.filter((one) => one.client === client)[done];
    if (request === undefined) return;
    simulation.at(request.at, () => void this.send(request).then(() => this.follow(client, done + 1)));
  }

  private async send(request: PlannedRequest): Promise<void> {
    const { rest, requests } = this.options;
    const { method, saves, body } = request;
    const answer = await rest.send(
      method,
      this.withIds(request.path),
      body && JSON.parse(this.withIds(JSON.stringify(body))),
    );
    this.statuses[requests.indexOf(request)] = answer.status;
    const { id } = { ...answer.body, ...(answer.body.managedObject as object | undefined) } as { readonly id?: string };
    if (saves !== undefined && id !== undefined) this.ids.set(saves, id);
  }

  private withIds(text: string): string {
    return text.replace(/\{([\w -]+)\}/g, (_, name: string) => this.ids.get(name) ?? '0');
  }
}
