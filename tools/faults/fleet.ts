import { AwsError, type InProcessHandler, inProcessRest, type Simulation } from '@cirrus/local-aws';
import type { LifecycleEvent } from '../../lib/connections/lifecycle-event';
import type { Day, PlannedOperation } from './day';
import { SimulatedGateway } from './device';

export interface FleetOptions {
  readonly day: Day;
  readonly simulation: Simulation;
  /** Brings a message of a gateway to the broker. */
  readonly publish: (gateway: string, topic: string, payload: string) => void;
  /** The broker says what a gateway's connection does. */
  readonly announce: (event: LifecycleEvent) => void;
  /** The platform's id of an operation, once it has answered. */
  readonly idOf: (key: string) => string | undefined;
}

const FILTERS = ['s/ds', 's/e'];
const SUBSCRIBES_AFTER_MS = 100;

/** The gateways of a day and their connections. */
export class Fleet {
  readonly gateways: readonly SimulatedGateway[];
  private readonly sessions = new Map<string, number>();

  constructor(private readonly options: FleetOptions) {
    const { day, simulation, publish } = options;
    this.gateways = day.gateways.map(
      (serial) =>
        new SimulatedGateway(
          serial,
          simulation,
          (row) => this.meantBy(row),
          (topic, payload) => publish(serial, topic, payload),
        ),
    );
  }

  /** The data plane of the broker, for direct messages to the gateways. */
  get dataPlane(): InProcessHandler {
    return inProcessRest(({ path, query, body }) => {
      const [, clientId] = /^\/connections\/([^/]+)\/messages/.exec(path) ?? [];
      const gateway = this.gateways.find(({ serial }) => serial === clientId);
      if (!gateway?.isConnected) throw new AwsError('ResourceNotFoundException', 'not connected', 404);
      gateway.receive(String(query?.topic), body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body));
      return { message: 'OK' };
    });
  }

  /** A gateway connects and then subscribes. */
  connect(gateway: SimulatedGateway): void {
    if (gateway.isConnected) return;
    const { simulation } = this.options;
    const session = (this.sessions.get(gateway.serial) ?? 0) + 1;
    this.sessions.set(gateway.serial, session);
    gateway.connect();
    this.announce(gateway, session, 'connected');
    simulation.at(simulation.now() + SUBSCRIBES_AFTER_MS, () => {
      if (this.sessions.get(gateway.serial) === session && gateway.isConnected) {
        this.announce(gateway, session, 'subscribed', FILTERS);
      }
    });
  }

  /** A connection breaks. */
  disconnect(gateway: SimulatedGateway): void {
    if (!gateway.isConnected) return;
    gateway.disconnect();
    this.announce(gateway, this.sessions.get(gateway.serial) ?? 0, 'disconnected');
  }

  private announce(
    { serial: clientId }: SimulatedGateway,
    versionNumber: number,
    eventType: LifecycleEvent['eventType'],
    topics: readonly string[] = [],
  ): void {
    const timestamp = this.options.simulation.now();
    const sessionIdentifier = `${clientId}-session-${versionNumber}`;
    this.options.announce({ clientId, eventType, timestamp, sessionIdentifier, versionNumber, topics });
  }

  private meantBy(row: string): (PlannedOperation & { readonly id?: string | undefined }) | undefined {
    const [template, device] = row.split(',');
    const own = this.options.day.operations.filter(({ serial }) => serial === device);
    const meant = own.find(({ key }) => row.includes(key)) ?? own.find((operation) => operation.template === template);
    return meant && { ...meant, id: this.options.idOf(meant.key) };
  }
}
