/** Deviations from AWS's own figures, for benches, tests and the emulator target. */
export interface IotCoreOptions {
  /**
   * PUBLISH packets per second and connection, in and out together
   * (docs/reference/aws-platform.md#publish-rate-of-a-connection). Default 100.
   */
  readonly connectionPublishesPerSecond?: number;
  /** Let every client in with a policy that allows everything: a stack without authorizer. Default false. */
  readonly open?: boolean;
  /** Pauses before a rule action is tried again, ms; as many retries as entries. Default [100, 500]. */
  readonly ruleRetryDelays?: readonly number[];
  /** How often connection lifetimes are compared with the clock, ms. Default 1000. */
  readonly sweepInterval?: number;
  /** How long an authorizer may take, ms. Default 5000. */
  readonly authorizerTimeout?: number;
}
