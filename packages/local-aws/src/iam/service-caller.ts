/** An AWS service that calls another one on behalf of one of its resources. */
export interface ServiceCaller {
  /** For example `iot.amazonaws.com`. */
  readonly principal: string;
  /** ARN of the rule, authorizer or API that caused it. */
  readonly arn: string;
}
