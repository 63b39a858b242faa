import type { Clock } from '../base/clock';
import { Lru } from '../base/lru';
import { fail, type Result } from '../base/result';
import type { Credentials, Principal } from '../platform/access/credentials';
import type { Refusal } from '../platform/refusal';
import type { Tenants } from '../platform/tenants/tenants';

/** The content of an Authorization header. `tenant` is there when the user name begins with one. */
export interface BasicCredentials {
  readonly tenant?: string;
  readonly user: string;
  readonly password: string;
}

const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;

/** Reads `Basic base64(tenant/user:password)` or `Basic base64(user:password)`; undefined when it is neither. */
export function parseBasic(header: string): BasicCredentials | undefined {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const [, name, password] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (name === undefined || password === undefined) return undefined;
  const slash = name.indexOf('/');
  if (slash < 0) return { user: name, password };
  const tenant = name.slice(0, slash);
  const user = name.slice(slash + 1);
  return tenant === '' || user === '' ? undefined : { tenant, user, password };
}

const refused = (reason: 'noCredentials' | 'unknownScheme' | 'badCredentials'): Result<never, Refusal> =>
  fail({ kind: 'unauthorized', reason });

/** Finds out who a request is from. Its refusals do not tell which tenants and users exist. */
export class Authenticator {
  /** Tenants by host name; '' for a host that belongs to no tenant. */
  private readonly hosts: Lru<string>;

  constructor(
    private readonly credentials: Pick<Credentials, 'verify'>,
    private readonly tenants: Pick<Tenants, 'list'>,
    clock: Clock,
  ) {
    this.hosts = new Lru(clock, { capacity: 1_000, ttlMs: 60_000 });
  }

  /** `header` is the request's Authorization, `host` its host name without port. */
  async authenticate(header: string | undefined, host: string): Promise<Result<Principal, Refusal>> {
    if (header === undefined || header === '') return refused('noCredentials');
    const given = parseBasic(header);
    if (given === undefined) return refused('unknownScheme');
    const tenant = given.tenant ?? (await this.tenantOf(host));
    if (tenant === undefined) return refused('badCredentials');
    const verified = await this.credentials.verify(tenant, given.user, given.password);
    return verified.ok ? verified : refused('badCredentials');
  }

  private async tenantOf(host: string): Promise<string | undefined> {
    let tenant = this.hosts.get(host);
    if (tenant === undefined) {
      tenant = (await this.tenants.list()).find(({ domain }) => domain === host)?.id ?? '';
      this.hosts.set(host, tenant);
    }
    return tenant === '' ? undefined : tenant;
  }
}

/**
 * The `WWW-Authenticate` header of a 401. On `Basic` a browser opens its own password window. Cumulocity's clients
 * avoid that: with the header `UseXBasic: true` they ask for another word.
 */
export const challenge = (useXBasic: string | undefined): string =>
  `${useXBasic?.toLowerCase() === 'true' ? 'XBASIC' : 'Basic'} realm="Cirrus"`;
