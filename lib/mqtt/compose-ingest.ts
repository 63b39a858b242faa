import type { Clock } from '../base/clock';
import type { ChangeSinks } from '../changes/change-sinks';
import { Claims, senderLookup } from '../connections/claims';
import { Connections } from '../connections/connections';
import type { DeviceMessenger } from '../delivery/messenger';
import { platformServices } from '../platform/services';
import type { Protocol } from '../protocols/protocol';
import type { Table } from '../storage/table';
import type { IngestDeps } from './ingest';

export interface IngestParts {
  readonly registry: Table;
  readonly telemetry: Table;
  readonly clock: Clock;
  readonly protocols: readonly Protocol[];
  readonly messenger: DeviceMessenger;
  readonly payloadLimit: number;
  /** Who hears of changes; nobody when left out. */
  readonly sinks?: ChangeSinks;
  /** Whose clients are that no authorizer claimed; only on an emulator. */
  readonly defaultTenant?: string | undefined;
}

/** What one instance of the ingest function works with: caches of its own, nothing remembered yet. */
export function composeIngest({ registry, telemetry, clock, sinks, defaultTenant, ...given }: IngestParts): IngestDeps {
  const platform = { registry, telemetry, clock };
  const services = platformServices(platform);
  const connections = new Connections({ registry, clock });
  return {
    ...given,
    services,
    senderOf: senderLookup(new Claims(registry, clock), defaultTenant),
    isSubscribed: (tenant, serial, topic) => connections.isSubscribed(tenant, serial, topic),
    work: { ...platform, tenants: services.tenants, ...(sinks && { sinks }) },
  };
}
