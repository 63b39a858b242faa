/** What a custom authorizer is invoked with (docs/reference/aws-platform.md#what-the-authorizer-is-asked). */
export interface AuthorizerEvent {
  readonly signatureVerified: false;
  readonly protocols: readonly ('tls' | 'http' | 'mqtt')[];
  readonly protocolData: {
    readonly tls?: { readonly serverName: string };
    readonly http?: { readonly headers: Readonly<Record<string, string>>; readonly queryString: string };
    readonly mqtt: { readonly username?: string; readonly password?: string; readonly clientId?: string };
  };
  readonly connectionMetadata: { readonly id: string };
}
