/**
 * Services whose SDK clients must find this machine. A variable for one service would overrule `AWS_ENDPOINT_URL`, so
 * each gets its own.
 */
const CLIENTS = ['DYNAMODB', 'SQS', 'SSM', 'EVENTBRIDGE', 'APIGATEWAYMANAGEMENTAPI', 'IOT', 'IOT_DATA_PLANE'] as const;

/** The variables that Lambda adds to a function's environment. The endpoints lead SDK clients to this machine. */
export function hostEnvironment(region: string, accessKeyId: string, endpointUrl: string): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'embedded',
    AWS_ENDPOINT_URL: endpointUrl,
    ...Object.fromEntries(CLIENTS.map((client) => [`AWS_ENDPOINT_URL_${client}`, endpointUrl])),
  };
}
