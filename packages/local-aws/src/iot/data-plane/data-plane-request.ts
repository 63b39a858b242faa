/** A request of the SDK's `IoTDataPlaneClient`, taken apart. */
export interface DataPlaneRequest {
  /** The decoded label of the path: a client ID or a topic. */
  readonly label: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** Access key of the signature. */
  readonly caller: string;
  readonly traceId: string;
}
