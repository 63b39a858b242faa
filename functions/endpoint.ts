import { DescribeDomainConfigurationCommand, DescribeEndpointCommand, IoTClient } from '@aws-sdk/client-iot';
import * as z from 'zod/mini';
import { type CustomResource, type CustomResourceRequest, serveCustomResource } from '../lib/base/aws/custom-resource';

/** Which host is asked for: that of a domain configuration, or the account's own endpoint. */
const properties = z.union([
  z.object({ DomainConfigurationName: z.string() }),
  z.object({ EndpointType: z.literal('iot:Data-ATS') }),
]);
const iot = new IoTClient({});

/**
 * The custom resource of `cdk/host-names.ts`, with the attribute `HostName`. It creates nothing and deletes nothing.
 */
export const handler = (event: unknown): Promise<void> => serveCustomResource(event, serve);

async function serve(request: CustomResourceRequest): Promise<CustomResource> {
  if (request.RequestType === 'Delete') return { physicalId: request.PhysicalResourceId ?? request.LogicalResourceId };
  const asked = properties.parse(request.ResourceProperties);
  const hostName =
    'EndpointType' in asked ? await ofAccount(asked.EndpointType) : await ofDomain(asked.DomainConfigurationName);
  return { physicalId: hostName, attributes: { HostName: hostName } };
}

async function ofAccount(endpointType: string): Promise<string> {
  const { endpointAddress } = await iot.send(new DescribeEndpointCommand({ endpointType }));
  if (endpointAddress === undefined) throw new Error(`AWS IoT knows no endpoint of type ${endpointType}`);
  return endpointAddress;
}

async function ofDomain(domainConfigurationName: string): Promise<string> {
  const { domainName } = await iot.send(new DescribeDomainConfigurationCommand({ domainConfigurationName }));
  if (domainName === undefined) throw new Error(`domain configuration ${domainConfigurationName} has no host name`);
  return domainName;
}
