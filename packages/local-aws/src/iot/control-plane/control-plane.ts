import type { IncomingMessage } from 'node:http';
import type { ServiceHandler } from '../../endpoint/service-endpoint';
import type { Iam } from '../../iam/iam';
import type { DomainConfigurationResource } from '../iot-resources';

export interface IotControlDeps {
  readonly iam: Iam;
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

/** The two calls of AWS IoT's control plane that tell a stack its host names: DescribeEndpoint, DescribeDomainConfiguration. */
export function iotControl(deps: IotControlDeps): ServiceHandler {
  return (accessKeyId, request, response) => {
    request.resume();
    const answer = describe(deps, accessKeyId, request);
    const headers = { 'content-type': 'application/json' };
    if (isRefusal(answer)) {
      response.writeHead(answer.status, { ...headers, 'x-amzn-errortype': answer.code });
      response.end(JSON.stringify({ message: answer.message }));
    } else {
      response.writeHead(200, headers).end(JSON.stringify(answer));
    }
  };
}

type Answer = Refusal | Readonly<Record<string, string>>;

function isRefusal(answer: Answer): answer is Refusal {
  return typeof answer.status === 'number';
}

function describe(deps: IotControlDeps, accessKeyId: string, request: IncomingMessage): Answer {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const domain = /^\/domainConfigurations\/([^/]+)$/.exec(pathname)?.[1];
  if (request.method === 'GET' && pathname === '/endpoint') return describeEndpoint(deps, accessKeyId);
  if (request.method === 'GET' && domain !== undefined) {
    return describeDomainConfiguration(deps, accessKeyId, decodeURIComponent(domain));
  }
  const message = `${request.method} ${request.url} of AWS IoT is not embedded here`;
  return { status: 404, code: 'UnknownOperationException', message };
}

function describeEndpoint({ iam, host }: IotControlDeps, accessKeyId: string): Answer {
  const allowed = iam.isAllowed(accessKeyId, 'iot:DescribeEndpoint', '*');
  return allowed ? { endpointAddress: host } : forbidden('iot:DescribeEndpoint');
}

function describeDomainConfiguration(deps: IotControlDeps, accessKeyId: string, name: string): Answer {
  const { iam, arnPrefix, host, domainConfigurations } = deps;
  const arn = `${arnPrefix}domainconfiguration/${name}/local`;
  if (!iam.isAllowed(accessKeyId, 'iot:DescribeDomainConfiguration', arn)) {
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
