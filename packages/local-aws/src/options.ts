import type { Clock } from './clock';
import type { IotEvent } from './iot/events';
import type { IotCoreOptions } from './iot/iot-options';
import type { Assembly } from './template/assembly';

/** Ports to listen on; 0 is any free one. `mqtts`, `wss` and `https` need `tls`. */
export interface CloudPorts {
  readonly mqtt: number;
  readonly mqtts?: number;
  readonly ws: number;
  readonly wss?: number;
  readonly http: number;
  readonly https?: number;
}

/** What to run and how. Only `assembly` and `clock` are required. */
export interface EmbeddedCloudOptions {
  /** What to run: `readAssembly('cdk.out')`, or a template made by hand. */
  readonly assembly: Assembly;
  /** Values of the template's parameters. A parameter that is left out has its default. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Default: any free ports, without TLS. */
  readonly ports?: CloudPorts;
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly clock: Clock;
  /** Default us-east-1. */
  readonly region?: string;
  /** Default 000000000000. */
  readonly account?: string;
  /**
   * Folder in which tables, parameters, queued messages and pending events outlive the process, also when it is killed.
   * It becomes a folder that only its owner may enter. Default: memory only.
   */
  readonly dataDir?: string;
  /**
   * URL of a real DynamoDB or DynamoDB Local to use instead of the embedded database. Requests are signed with the
   * process's `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
   */
  readonly dynamodbEndpoint?: string;
  /**
   * Path of a module (JavaScript or TypeScript) that every function instance imports first. It finds `preloadData` in
   * its `workerData`.
   */
  readonly preload?: string;
  readonly preloadData?: unknown;
  /**
   * Milliseconds before the two retries of an asynchronous invocation. AWS waits one and two minutes. Default [1000,
   * 2000].
   */
  readonly retryDelays?: readonly [number, number];
  /** Most instances of one function. Default 4. */
  readonly concurrency?: number;
  /** Other numbers for single functions, by name, such as a function that mostly waits. */
  readonly functionConcurrency?: Readonly<Record<string, number>>;
  readonly iot?: IotCoreOptions;
  /** Lines that functions write, and what the cloud reports about its services. `source` is the name of either. */
  onLog?(source: string, line: string): void;
  /** What MQTT clients and rules do. */
  onEvent?(event: IotEvent): void;
}
