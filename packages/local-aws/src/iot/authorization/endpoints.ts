import { type AuthorizerResource, type IotResources, UnsupportedResourceError } from '../iot-resources';
import { type TransportKind, usesWebSocket } from '../transport/transport';

/**
 * `MQTT_WSS` and `SECURE_MQTT` are the application protocols of MQTT clients
 * (docs/reference/aws-platform.md#authentication-and-protocol-of-an-endpoint).
 */
const PROTOCOLS = { mqtt: 'SECURE_MQTT', webSocket: 'MQTT_WSS' } as const;

/**
 * Knows which authorizer decides for a transport: the default authorizer of the domain configuration that has
 * `CUSTOM_AUTH` and the transport's application protocol. Plain TCP and WebSocket count like the same over TLS.
 */
export class Endpoints {
  private readonly authorizers = new Map<string, AuthorizerResource>();

  /** Throws `UnsupportedResourceError` for signed authorizers, overrides and names that do not exist. */
  constructor(resources: IotResources) {
    for (const domain of resources.domainConfigurations) {
      const resource = `domain configuration ${domain.DomainConfigurationName}`;
      if (domain.DomainConfigurationStatus === 'DISABLED') continue;
      if (domain.AuthenticationType !== 'CUSTOM_AUTH') {
        throw new UnsupportedResourceError(resource, `AuthenticationType ${domain.AuthenticationType}`);
      }
      if (domain.AuthorizerConfig?.AllowAuthorizerOverride === true) {
        throw new UnsupportedResourceError(resource, 'AllowAuthorizerOverride');
      }
      const protocol = domain.ApplicationProtocol ?? '';
      if (protocol !== PROTOCOLS.mqtt && protocol !== PROTOCOLS.webSocket) {
        throw new UnsupportedResourceError(resource, `ApplicationProtocol ${domain.ApplicationProtocol}`);
      }
      this.authorizers.set(protocol, find(resources, domain.AuthorizerConfig?.DefaultAuthorizerName, resource));
    }
  }

  authorizerFor(kind: TransportKind): AuthorizerResource | undefined {
    return this.authorizers.get(usesWebSocket(kind) ? PROTOCOLS.webSocket : PROTOCOLS.mqtt);
  }
}

function find(resources: IotResources, name: string | undefined, domain: string): AuthorizerResource {
  const authorizer = resources.authorizers.find(({ AuthorizerName }) => AuthorizerName === name);
  if (authorizer === undefined) throw new UnsupportedResourceError(domain, `DefaultAuthorizerName ${name} is unknown`);
  const resource = `authorizer ${authorizer.AuthorizerName}`;
  if (authorizer.SigningDisabled !== true) throw new UnsupportedResourceError(resource, 'token signing');
  if (authorizer.Status === 'INACTIVE') throw new UnsupportedResourceError(resource, 'Status INACTIVE');
  return authorizer;
}
