import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ContextError, cirrusPropsFrom } from '../../cdk/context';

const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/0f5c1c2e-1111-2222-3333-444455556666';
const EDGE_CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/0f5c1c2e-1111-2222-3333-444455556666';
const propsOf = (context: Record<string, unknown>) => cirrusPropsFrom(new App({ context }).node);

describe('the context', () => {
  it('has defaults', () => {
    expect(propsOf({})).toEqual({ target: 'aws', payloadLimit: 16184 });
  });

  it('takes text, as the command line gives it, and numbers, as cdk.json does', () => {
    expect(propsOf({ payloadLimit: '8092' })).toMatchObject({ payloadLimit: 8092 });
    expect(propsOf({ payloadLimit: 8092 })).toMatchObject({ payloadLimit: 8092 });
  });

  it('makes a domain of name and certificate', () => {
    expect(propsOf({ domainName: 'iot.example.com', certificateArn: CERTIFICATE })).toMatchObject({
      domain: { name: 'iot.example.com', certificateArn: CERTIFICATE },
    });
  });

  it('makes host names at the edge of a list and a certificate', () => {
    expect(
      propsOf({ publicNames: 'cloud.example.com,*.cloud.example.com', publicCertificateArn: EDGE_CERTIFICATE }),
    ).toMatchObject({
      publicDomain: { names: ['cloud.example.com', '*.cloud.example.com'], certificateArn: EDGE_CERTIFICATE },
    });
  });

  it.each([
    [{ target: 'localstack' }, 'target'],
    [{ ingest: 'kafka' }, 'ingest'],
    [{ payloadLimit: '9000' }, 'payloadLimit: Invalid option: expected one of 8092|16184'],
    [{ payloadLimit: 'big' }, 'payloadLimit'],
    [{ domainName: 'https://iot.example.com', certificateArn: CERTIFICATE }, 'domainName'],
    [{ domainName: 'iot.example.com', certificateArn: 'my-certificate' }, 'certificateArn'],
    [{ domainName: 'iot.example.com' }, 'domainName and certificateArn belong together'],
    [{ certificateArn: CERTIFICATE }, 'domainName and certificateArn belong together'],
    [{ publicNames: '*.example.com' }, 'publicNames and publicCertificateArn belong together'],
    [{ publicNames: 'https://x', publicCertificateArn: EDGE_CERTIFICATE }, 'publicNames'],
    [{ publicNames: '*.example.com', publicCertificateArn: CERTIFICATE }, 'us-east-1'],
  ])('refuses %j and says what is wrong', (context, named) => {
    expect(() => propsOf(context)).toThrow(ContextError);
    expect(() => propsOf(context)).toThrow(named);
  });

  it('names every wrong key at once', () => {
    expect(() => propsOf({ target: 'x', ingest: 'y' })).toThrow(/ingest: .*; target: /);
  });
});
