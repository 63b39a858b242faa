/**
 * Replaces `@aws-sdk/endpoint-cache` in the function bundles (an esbuild alias in `cdk/`). DynamoDB's client makes one
 * for endpoint discovery, which nothing turns on. The LRU cache of the original is 8 kB.
 */
export class EndpointCache {
  get(): never {
    throw new Error('endpoint discovery is not part of this bundle');
  }

  readonly getEndpoint = this.get;
  readonly set = this.get;
  readonly delete = this.get;
}
