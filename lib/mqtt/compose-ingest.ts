import type { Clock } from '../base/clock';
import type { ChangeSinks } from '../changes/change-sinks';
import { ClaimLookup, senderLookup } from '../connections/claim-lookup';
import { Connections } from '../connections/connections';
import type { DeviceMessenger } from '../delivery/messenger';
import { platformServices } from '../platform/services';
import type { Protocol } from '../protocols/protocol';
import type { Table } from '../storage/table';
import type { IngestDeps } from './ingest';

/** What the ingest function is put together from. */
export interface IngestParts {
  readonly registry: Table;
  readonly telemetry: Table;
  readonly clock: Clock;
  readonly protocols: readonly Protocol[];
  readonly messenger: DeviceMessenger;
  /** Bytes of a whole PUBLISH packet. */
  readonly payloadLimit: number;
  /** Where changes are reported; nowhere when left out. */
  readonly sinks?: ChangeSinks;
  /** The tenant of client IDs that have no claim. Only an emulator sets it, see `senderLookup`. */
  readonly defaultTenant?: string | undefined;
}

/** Everything one instance of the ingest function works with. Its caches are empty. */
export function composeIngest({ registry, telemetry, clock, sinks, defaultTenant, ...given }: IngestParts): IngestDeps {
  const platform = { registry, telemetry, clock, ...(sinks && { listeners: sinks.listeners }) };
  const claims = new ClaimLookup(registry, clock);
  const identifierHolder = async (tenant: string, serial: string): Promise<string | undefined> => {
    const claim = await claims.heldBy(tenant, serial);
    return claim?.kind === 'device' ? claim.user : undefined;
  };
  const services = platformServices({ ...platform, identifierHolder });
  const connections = new Connections({ registry, clock });
  return {
    ...given,
    services,
    senderOf: senderLookup(claims, defaultTenant),
    isSubscribed: (tenant, serial, topic) => connections.isSubscribed(tenant, serial, topic),
    work: { ...platform, tenants: services.tenants, ...(sinks && { sinks }) },
  };
}
