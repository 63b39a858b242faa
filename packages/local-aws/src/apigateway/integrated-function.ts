/** The function of an integration URI: its ARN, or the longer form that API Gateway calls it by. */
export function integratedFunction(uri: string): string {
  return /\/functions\/(arn:.+)\/invocations$/.exec(uri)?.[1] ?? uri;
}
