import { Stack, Validations } from 'aws-cdk-lib';
import {
  CachePolicy,
  CfnDistribution,
  CfnFunction,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  SSLMethod,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import type { HttpApi } from './http-api';
import { type Realtime, WEBSOCKET_STAGE } from './realtime';

/** Own host names for REST and real-time notifications. */
export interface PublicDomain {
  /** Such as `*.example.com`, so that each tenant has a host name of its own. */
  readonly names: readonly string[];
  /** An ACM certificate of us-east-1, where CloudFront looks for it, valid for all of them. */
  readonly certificateArn: string;
}

export interface PublicEndpointProps {
  readonly namePrefix: string;
  readonly httpApi: HttpApi;
  readonly realtime: Realtime;
  /** Left out: CloudFront names the host. */
  readonly domain?: PublicDomain;
}

const REST = 'rest';
const WEBSOCKET = 'webSocket';

/**
 * Runs at the edge for each request. It tells the APIs which host the client used, and sends WebSockets to the
 * WebSocket API. It recognizes them by the header with their key, because functions at the edge do not see `Upgrade`.
 */
export const VIEWER_REQUEST = `import cf from 'cloudfront';

function handler(event) {
  var request = event.request;
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  if (request.headers['sec-websocket-key']) {
    cf.selectRequestOriginById('${WEBSOCKET}');
    request.uri = '/${WEBSOCKET_STAGE}';
  }
  return request;
}
`;

/**
 * One host for REST and WebSockets, as Cumulocity's clients expect. A custom domain of API Gateway takes only one kind
 * of API (docs/reference/aws-platform.md#one-host-for-rest-and-websockets). Nothing is cached. CloudFront is
 * paid by request.
 */
export class PublicEndpoint extends Construct {
  /** Without a path. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: PublicEndpointProps) {
    super(scope, id);
    const viewerRequest = new CfnFunction(this, 'ViewerRequest', {
      name: `${props.namePrefix}-viewer-request`,
      autoPublish: true,
      functionCode: VIEWER_REQUEST,
      functionConfig: { comment: 'Cirrus: one host for REST and WebSockets', runtime: 'cloudfront-js-2.0' },
    });
    const { domain } = props;
    const distribution = new CfnDistribution(this, 'Distribution', {
      distributionConfig: {
        enabled: true,
        comment: 'Cirrus: REST and real-time notifications',
        httpVersion: 'http2',
        ipv6Enabled: true,
        origins: [this.origin(REST, props.httpApi.api.ref), this.origin(WEBSOCKET, props.realtime.api.ref)],
        defaultCacheBehavior: {
          targetOriginId: REST,
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
          cachePolicyId: CachePolicy.CACHING_DISABLED.cachePolicyId,
          originRequestPolicyId: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.originRequestPolicyId,
          functionAssociations: [
            { eventType: 'viewer-request', functionArn: viewerRequest.attrFunctionMetadataFunctionArn },
          ],
        },
        viewerCertificate: domain
          ? {
              acmCertificateArn: domain.certificateArn,
              sslSupportMethod: SSLMethod.SNI,
              minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
            }
          : { cloudFrontDefaultCertificate: true },
        ...(domain && { aliases: [...domain.names] }),
      },
    });
    this.acknowledge(distribution);
    this.url = `https://${distribution.attrDomainName}`;
  }

  private origin(id: string, api: string): CfnDistribution.OriginProperty {
    const { region, urlSuffix } = Stack.of(this);
    return {
      id,
      domainName: `${api}.execute-api.${region}.${urlSuffix}`,
      customOriginConfig: {
        originProtocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
        // longer than a poll is held
        originReadTimeout: 60,
      },
    };
  }

  private acknowledge(distribution: CfnDistribution): void {
    const reasons = {
      CFR1: 'Devices and users are wherever their owners are; who may do what is decided by password, not by country.',
      CFR2: 'A web application firewall costs five dollars a month while idle; it can be attached to the distribution.',
      CFR3: 'Every request is in the access log of the API behind; a second log would need a bucket and cost again.',
      CFR4: "The host CloudFront names has CloudFront's certificate and its oldest TLS; an own domain has TLS 1.2.",
    };
    for (const [rule, reason] of Object.entries(reasons)) {
      Validations.of(distribution).acknowledge({ id: `AwsSolutions-${rule}`, reason });
    }
  }
}
