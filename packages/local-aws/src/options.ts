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

export interface EmbeddedCloudOptions {
  /** What to run: `readAssembly('cdk.out')`, or a template made by hand. */
  readonly assembly: Assembly;
  /** Values of template parameters that have no default, or another one. */
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
  /** Directory where tables, parameters, queued messages and pending events outlive the process. Default: memory only. */
  readonly dataDir?: string;
  /**
   * URL of a real DynamoDB or DynamoDB Local to use instead of the embedded database, signed for with the process's
   * `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
   */
  readonly dynamodbEndpoint?: string;
  /** A module (JavaScript or TypeScript) that every function instance imports first, which finds `preloadData` in its `workerData`. */
  readonly preload?: string;
  readonly preloadData?: unknown;
  /** Milliseconds before the two retries of an asynchronous invocation. AWS waits one and two minutes. Default [1000, 2000]. */
  readonly retryDelays?: readonly [number, number];
  /** Instances per function at most. Default 4. */
  readonly concurrency?: number;
  /** The same for single functions, by name: those that mostly wait may be many. */
  readonly functionConcurrency?: Readonly<Record<string, number>>;
  readonly iot?: IotCoreOptions;
  /** Lines that functions write, and what the cloud itself has to say about them. */
  onLog?(source: string, line: string): void;
  onEvent?(event: IotEvent): void;
}
