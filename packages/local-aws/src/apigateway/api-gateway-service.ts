import type { Clock } from '../clock';
import type { ServiceEndpoint } from '../endpoint/service-endpoint';
import type { Access } from '../iam/access';
import type { Invoker } from '../lambda/invoker';
import type { Meter } from '../meter/meter';
import type { CloudPorts } from '../options';
import type { Scheduler } from '../scheduler';
import type { Listening, Service } from '../service';
import { arnOf, type StackIdentity } from '../template/resource-type';
import { type ApiHosts, type ApiParts, hostOf } from './api-parts';
import { HttpApi } from './http/http-api';
import { APIGATEWAY_LIMITS } from './limits';
import { apiGatewayResources } from './resources';
import { managementApi } from './websocket/management-api';
import { WebSocketApi } from './websocket/web-socket-api';

interface ApiGatewayDependencies {
  readonly access: Access;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly stack: StackIdentity;
  readonly invoker: Pick<Invoker, 'invoke'>;
  onLog(source: string, line: string): void;
}

/** Amazon API Gateway: one HTTP API and one WebSocket API, on one port. */
export class ApiGatewayService implements Service, ApiHosts {
  readonly name = 'apigateway';
  readonly limits = APIGATEWAY_LIMITS;
  readonly resources;
  readonly #dependencies: ApiGatewayDependencies;
  readonly #parts: ApiParts = {};
  #httpApi: HttpApi | undefined;
  #webSocketApi: WebSocketApi | undefined;

  constructor(dependencies: ApiGatewayDependencies) {
    this.#dependencies = dependencies;
    this.resources = apiGatewayResources(this.#parts);
  }

  mount(endpoint: ServiceEndpoint): void {
    const { access } = this.#dependencies;
    endpoint.mount(
      'execute-api',
      managementApi(access, () => this.#webSocketApi),
    );
  }

  hosts(): readonly string[] {
    const { region } = this.#dependencies.stack;
    const { http, webSocket } = this.#parts;
    return [http, webSocket].filter((api) => api !== undefined).map(({ apiId }) => hostOf(apiId, region));
  }

  /** Listens when the template has an HTTP API. Its port takes the upgrade requests of the WebSocket API as well. */
  async open({ host, ports, tls }: Listening): Promise<Partial<CloudPorts>> {
    this.#webSocketApi = this.#makeWebSocketApi();
    this.#httpApi = this.#makeHttpApi(this.#webSocketApi);
    const secure = ports.https === undefined || !tls ? {} : { https: ports.https, tls };
    return (await this.#httpApi?.listen({ host, http: ports.http, ...secure })) ?? {};
  }

  async close(): Promise<void> {
    this.#webSocketApi?.close();
    await this.#httpApi?.close();
  }

  #makeWebSocketApi(): WebSocketApi | undefined {
    const { webSocket } = this.#parts;
    if (!webSocket) return undefined;
    const arn = arnOf(this.#dependencies, 'execute-api', webSocket.apiId);
    const onLog = (line: string): void => this.#dependencies.onLog(webSocket.name, line);
    return new WebSocketApi({ ...webSocket, arn }, { ...this.#dependencies, onLog });
  }

  /**
   * REST and WebSocket share the port. An upgrade request goes to the WebSocket API, every other one to the HTTP API.
   */
  #makeHttpApi(webSocketApi: WebSocketApi | undefined): HttpApi | undefined {
    const { http } = this.#parts;
    if (!http) return undefined;
    const arn = arnOf(this.#dependencies, 'execute-api', http.apiId);
    const onLog = (line: string): void => this.#dependencies.onLog(http.name, line);
    return new HttpApi(
      { ...http, arn, account: this.#dependencies.stack.account },
      {
        ...this.#dependencies,
        onLog,
        ...(webSocketApi && {
          onUpgrade: (request, socket, head) => void webSocketApi.upgrade(request, socket, head),
        }),
      },
    );
  }
}
