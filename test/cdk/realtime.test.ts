import { createContext, Script } from 'node:vm';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { VIEWER_REQUEST } from '../../cdk/public-endpoint';
import { resourcesOf, templateOf } from './synthesized';

const template = templateOf();

describe('real-time notifications', () => {
  it('have a WebSocket API whose every frame is answered by the route itself', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' });
    for (const RouteKey of ['$connect', '$disconnect', '$default']) {
      template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey, AuthorizationType: 'NONE' });
    }
    template.hasResourceProperties('AWS::ApiGatewayV2::RouteResponse', { RouteResponseKey: '$default' });
  });

  it.each(['ANY /notification/{proxy+}', 'ANY /cep/{proxy+}'])('are polled at %s of the REST API', (RouteKey) => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey });
  });

  it('that come too late are forgotten, not kept', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 1,
      MaximumEventAgeInSeconds: 60,
      FunctionName: { Ref: Match.stringLikeRegexp('^CirrusRealtimeFanOut') },
    });
  });

  it('leave sessions that nobody uses to DynamoDB', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });
});

/** What the function at the edge makes of a request. */
function atTheEdge(headers: Readonly<Record<string, string>>, uri = '/notification/realtime') {
  const chosen: string[] = [];
  const cf = { selectRequestOriginById: (id: string) => chosen.push(id) };
  const values = Object.entries(headers).map(([name, value]) => [name, { value }] as const);
  const event = { request: { uri, headers: Object.fromEntries(values) } };
  const context = createContext({ cf, event });
  new Script(`${VIEWER_REQUEST.replace(/^import .*$/m, '')}; handler(event)`).runInContext(context);
  return { ...event.request, origin: chosen.at(-1) };
}

describe('the one host', () => {
  it('is a distribution that caches nothing and takes TLS only', () => {
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        DefaultCacheBehavior: {
          TargetOriginId: 'rest',
          ViewerProtocolPolicy: 'https-only',
          CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        },
      },
    });
  });

  it('sends requests to the REST API, which hears of the host they were sent to', () => {
    const request = atTheEdge({ host: 't100.example.com', authorization: 'Basic x' });
    expect(request).toMatchObject({ origin: undefined, uri: '/notification/realtime' });
    expect(request.headers).toMatchObject({ 'x-forwarded-host': { value: 't100.example.com' } });
  });

  it('sends WebSockets to theirs, and nobody can make up the host', () => {
    const request = atTheEdge({
      host: 't100.example.com',
      'x-forwarded-host': 'evil.example.com',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    });
    expect(request).toMatchObject({ origin: 'webSocket', uri: '/realtime' });
    expect(request.headers).toMatchObject({ 'x-forwarded-host': { value: 't100.example.com' } });
  });

  it('has names of its own where somebody brings a certificate', () => {
    const publicCertificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/0f5c1c2e-1111-2222-3333-444455556666';
    const own = templateOf({ publicNames: '*.cloud.example.com', publicCertificateArn });
    own.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Aliases: ['*.cloud.example.com'],
        ViewerCertificate: { AcmCertificateArn: publicCertificateArn, MinimumProtocolVersion: 'TLSv1.2_2021' },
      },
    });
  });

  it('is left out for an emulator', () => {
    expect(resourcesOf(templateOf({ target: 'emulator' }), 'AWS::CloudFront::Distribution')).toEqual({});
  });
});
