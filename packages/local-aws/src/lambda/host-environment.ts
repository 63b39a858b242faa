/** Services whose SDK clients must find this machine; `AWS_ENDPOINT_URL` alone would be overruled by one set for a service. */
const CLIENTS = ['DYNAMODB', 'SQS', 'SSM', 'EVENTBRIDGE', 'APIGATEWAYMANAGEMENTAPI', 'IOT', 'IOT_DATA_PLANE'] as const;

/** What Lambda itself adds to a function's environment; the endpoints lead the SDK clients to this machine. */
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
