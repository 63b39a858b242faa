import type { IncomingMessage } from 'node:http';
import type { ServiceHandler } from '../../endpoint/service-endpoint';
import type { Access } from '../../iam/access';
import type { DomainConfigurationResource } from '../iot-resources';

interface ControlPlaneDependencies {
  readonly access: Access;
  /** `arn:aws:iot:<region>:<account>:`. */
  readonly arnPrefix: string;
  /** The host that stands for every AWS-managed endpoint. */
  readonly host: string;
  readonly domainConfigurations: readonly DomainConfigurationResource[];
}

/** An error of the control plane. */
interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/**
 * The two operations of AWS IoT's control plane that tell a stack its host names: DescribeEndpoint and
 * DescribeDomainConfiguration.
 */
export function controlPlane(deps: ControlPlaneDependencies): ServiceHandler {
  return (accessKeyId, request, response) => {
    request.resume();
    const description = describe(deps, accessKeyId, request);
    const headers = { 'content-type': 'application/json' };
    if (isRefusal(description)) {
      response.writeHead(description.status, { ...headers, 'x-amzn-errortype': description.code });
      response.end(JSON.stringify({ message: description.message }));
    } else {
      response.writeHead(200, headers).end(JSON.stringify(description));
    }
  };
}

type Description = Refusal | Readonly<Record<string, string>>;

function isRefusal(description: Description): description is Refusal {
  return typeof description.status === 'number';
}

function describe(deps: ControlPlaneDependencies, accessKeyId: string, request: IncomingMessage): Description {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const domain = /^\/domainConfigurations\/([^/]+)$/.exec(pathname)?.[1];
  if (request.method === 'GET' && pathname === '/endpoint') return describeEndpoint(deps, accessKeyId);
  if (request.method === 'GET' && domain !== undefined) {
    return describeDomainConfiguration(deps, accessKeyId, decodeURIComponent(domain));
  }
  const message = `${request.method} ${request.url} of AWS IoT is not embedded here`;
  return { status: 404, code: 'UnknownOperationException', message };
}

function describeEndpoint({ access, host }: ControlPlaneDependencies, accessKeyId: string): Description {
  const allowed = access.isAllowed(accessKeyId, 'iot:DescribeEndpoint', '*');
  return allowed ? { endpointAddress: host } : forbidden('iot:DescribeEndpoint');
}

function describeDomainConfiguration(deps: ControlPlaneDependencies, accessKeyId: string, name: string): Description {
  const { access, arnPrefix, host, domainConfigurations } = deps;
  const arn = `${arnPrefix}domainconfiguration/${name}/local`;
  if (!access.isAllowed(accessKeyId, 'iot:DescribeDomainConfiguration', arn)) {
    return forbidden('iot:DescribeDomainConfiguration');
  }
  const found = domainConfigurations.find(({ DomainConfigurationName }) => DomainConfigurationName === name);
  if (!found) {
    const message = `The domain configuration ${name} does not exist.`;
    return { status: 404, code: 'ResourceNotFoundException', message };
  }
  return {
    domainConfigurationName: name,
    domainConfigurationArn: arn,
    domainName: host,
    domainConfigurationStatus: 'ENABLED',
    serviceType: 'DATA',
    domainType: 'AWS_MANAGED',
  };
}

function forbidden(action: string): Refusal {
  return { status: 403, code: 'UnauthorizedException', message: `not authorized to perform: ${action}` };
}
