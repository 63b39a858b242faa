/** Settings that differ from AWS, for benches, tests and stacks without an authorizer. */
export interface IotCoreOptions {
  /**
   * PUBLISH packets per second and connection, in and out together
   * (docs/reference/aws-platform.md#publish-rate-of-a-connection). Default 100.
   */
  readonly connectionPublishesPerSecond?: number;
  /** Accept every client with a policy that allows everything, for a stack without an authorizer. Default false. */
  readonly open?: boolean;
  /** Pauses before each retry of a rule action, ms. There are as many retries as pauses. Default [100, 500]. */
  readonly ruleRetryDelays?: readonly number[];
  /** How often connection lifetimes are compared with the clock, ms. Default 1000. */
  readonly sweepInterval?: number;
  /** How long an authorizer may take, ms. Default 5000. */
  readonly authorizerTimeout?: number;
  /** Calls of the authorizer at the same time; more clients wait for their turn. Default 4. */
  readonly authorizerCalls?: number;
}
