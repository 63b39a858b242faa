import type { ServiceEndpoint } from './endpoint/service-endpoint';
import type { CloudPorts } from './options';
import type { ResourceTypes } from './template/resource-type';

/**
 * One AWS service of this cloud. Its folder owns all of it: its HTTP API, its resource types, its state and its limits.
 * What it needs of other services it is given by narrow interfaces when it is made. The list in `services.ts` is the
 * only place that knows all services, and `cloud.ts` calls the members below in this order.
 */
export interface Service {
  /** The name of its folder. */
  readonly name: string;

  /** What AWS refuses beyond, as it is enforced here: sizes in bytes, times as the name says, everything else counts. */
  readonly limits?: Readonly<Record<string, number>>;

  /** Puts its API behind the endpoint. Called once, first of all: what is made later may already be called. */
  mount?(endpoint: ServiceEndpoint): void;

  /** What outlives the process in the state file. A service without it forgets, or keeps files of its own. */
  readonly state?: ServiceState;

  /** The resource types of templates that it makes. Every type belongs to one service. */
  readonly resources: ResourceTypes;

  /** Starts to work, when all resources are made: listens on ports, which it returns, or takes up what was left waiting. */
  open?(listening: Listening): Promise<Partial<CloudPorts>> | Promise<void>;

  /** Resolves when nothing that it has accepted is running or waiting for a retry. */
  idle?(): Promise<void>;

  /** Takes nothing in any more and ends what runs. Called after a start that failed, too, whatever had been done by then. */
  close?(): Promise<void>;
}

/** What a service writes to the state file and reads from there. */
export interface ServiceState {
  /** Its key in the state file. It stays: an older file must still be read. */
  readonly key: string;
  /** The state as a JSON value. Called at any time, after `close` too. */
  save(): unknown;
  /**
   * Takes back what `save` returned in an earlier run. Called before any resource is made. What belongs to a resource
   * waits for it, and what belongs to none any more is dropped.
   */
  restore(saved: unknown): void;
  /** Has `listener` called after each change that must survive a crash, and not only an orderly end. */
  onChange?(listener: () => void): void;
}

/** Where services listen for clients. */
export interface Listening {
  readonly host: string;
  readonly ports: CloudPorts;
  readonly tls?: { readonly key: string; readonly cert: string };
}
