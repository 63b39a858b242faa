/** The ARN of the function in an integration URI, which is the ARN itself or API Gateway's longer path around it. */
export function integratedFunction(uri: string): string {
  return /\/functions\/(arn:.+)\/invocations$/.exec(uri)?.[1] ?? uri;
}
