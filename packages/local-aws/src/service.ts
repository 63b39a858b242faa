import type { ServiceEndpoint } from './endpoint/service-endpoint';
import type { JournalEntry } from './journal';
import type { CloudPorts } from './options';
import type { ResourceTypes } from './template/resource-type';

/**
 * One AWS service of this cloud. Its folder owns all of it: its HTTP API, its resource types, its state and its limits.
 * Its constructor takes what it needs from other services, by narrow interfaces. Only the list in `services.ts` knows
 * all services. `cloud.ts` calls the members below in this order.
 */
export interface Service {
  /** The name of its folder. */
  readonly name: string;

  /** The limits that are enforced here as on AWS. Their names tell the unit; a limit without a unit is a count. */
  readonly limits?: Readonly<Record<string, number>>;

  /** Mounts its API at the endpoint. Called once, before anything else, because functions may call it early. */
  mount?(endpoint: ServiceEndpoint): void;

  /** What it keeps in the state file. A service without it keeps nothing, or has files of its own. */
  readonly state?: ServiceState;

  /** The resource types of templates that it makes. Every type belongs to one service. */
  readonly resources: ResourceTypes;

  /**
   * Starts to work when all resources are made: it listens on ports, which it returns, or resumes what an earlier run
   * left.
   */
  open?(listening: Listening): Promise<Partial<CloudPorts>> | Promise<void>;

  /** Resolves when nothing that it has accepted is running or waiting for a retry. */
  idle?(): Promise<void>;

  /** Accepts nothing more and ends what runs. Called after a start that failed as well, at whatever point it failed. */
  close?(): Promise<void>;
}

/** What a service keeps in the state file, or entry by entry in the journal, and reads from there. */
export interface ServiceState {
  /** Its key in the file. It stays: an older file must still be read. */
  readonly key: string;
  /** The state as a JSON value. Called at any time, after `close` too. */
  save(): unknown;
  /**
   * Takes back what `save` returned in an earlier run. Called before any resource is made. State of a resource is kept
   * until the resource is made. State of a resource that no longer exists is dropped.
   */
  restore(saved: unknown): void;
  /**
   * Its entries now, when it writes each change to the journal at once. Such a state is not in the state file. `restore`
   * then gets the values by owner.
   */
  entries?(): Iterable<JournalEntry>;
  /** Registers a listener to call after each change that must survive a crash. Other changes are saved at the end. */
  onChange?(listener: () => void): void;
}

/** Where services listen for clients. */
export interface Listening {
  readonly host: string;
  readonly ports: CloudPorts;
  readonly tls?: { readonly key: string; readonly cert: string };
}
