import { PLATFORM_VERSION } from '../config/version';
import { Alarms } from './alarms';
import { Availability } from './availability';
import type { PlatformDeps } from './context';
import { Devices } from './devices';
import { Events } from './events';
import { Identity } from './identity';
import { Inventory } from './inventory';
import { Maintenance } from './maintenance';
import { Measurements } from './measurements';
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
  const maintenance = new Maintenance(deps);
  const alarms = new Alarms({ ...deps, isSuppressed: (tenant, id) => maintenance.isOn(tenant, id) });
  const events = new Events(deps, tenants, inventory);
  const operations = new Operations({
    ...deps,
    directory: {
      agentOf: (tenant, id) => devices.agentOf(tenant, id),
      deviceOf: (tenant, id) => devices.deviceOf(tenant, id),
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
    availability: new Availability(deps, { inventory, identity, maintenance, alarms }),
    operations,
    software: new Software(deps, inventory),
    profiles: new Profiles(inventory, operations),
    parameters: new Parameters(deps, events),
  };
}

export type PlatformServices = ReturnType<typeof platformServices>;
