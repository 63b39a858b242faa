import { PLATFORM_VERSION } from '../base/version';
import { Alarms } from './alarms/alarms';
import { Availability } from './availability/availability';
import { Maintenance } from './availability/maintenance';
import type { PlatformDeps } from './call';
import { Devices } from './devices/devices';
import { Parameters } from './devices/parameters';
import { Profiles } from './devices/profiles';
import { Software } from './devices/software';
import { Identity } from './inventory/identity';
import { Inventory } from './inventory/inventory';
import { Operations } from './operations/operations';
import { Events } from './readings/events';
import { Measurements } from './readings/measurements';
import { Tenants } from './tenants/tenants';

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
