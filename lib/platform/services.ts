import { PLATFORM_VERSION } from '../config/version';
import { Alarms } from './alarms';
import { Availability } from './availability';
import type { PlatformDeps } from './context';
import { Devices } from './devices';
import { Events } from './events';
import { Identity, SERIAL } from './identity';
import { Inventory } from './inventory';
import { Measurements } from './measurements';
import { Monitoring } from './monitoring';
import { Operations } from './operations';
import { Parameters } from './parameters';
import { Profiles } from './profiles';
import { Software } from './software';
import { Tenants } from './tenants';

/** The domain services, wired once per function instance. */
export function platformServices(deps: PlatformDeps) {
  const tenants = new Tenants(deps);
  const inventory = new Inventory(deps);
  const identity = new Identity(deps);
  const devices = new Devices(deps, inventory, identity);
  const monitoring = new Monitoring(deps);
  const alarms = new Alarms({ ...deps, isSuppressed: (tenant, id) => monitoring.isInMaintenance(tenant, id) });
  const events = new Events(deps, tenants, inventory);
  const operations = new Operations({
    ...deps,
    directory: {
      agentOf: (tenant, id) => devices.agentOf(tenant, id),
      deviceOf: async (tenant, id) => {
        if ((await inventory.get(tenant, id)) === undefined) return undefined;
        const serial = (await identity.list(tenant, id)).find(({ type }) => type === SERIAL);
        return { id, serial: serial?.externalId ?? '' };
      },
    },
    inventory,
  });
  return {
    platformVersion: PLATFORM_VERSION,
    tenants,
    inventory,
    identity,
    devices,
    measurements: new Measurements(deps, tenants, inventory),
    events,
    alarms,
    availability: new Availability(deps, { inventory, identity, monitoring, alarms }),
    operations,
    software: new Software(deps, inventory),
    profiles: new Profiles(inventory, operations),
    parameters: new Parameters(events, inventory),
  };
}

export type PlatformServices = ReturnType<typeof platformServices>;
