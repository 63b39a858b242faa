import { PLATFORM_VERSION } from '../base/version';
import { Acting } from './access/acting';
import { Alarms } from './alarms/alarms';
import { Availability } from './availability/availability';
import { maintenanceOf } from './availability/maintenance';
import type { PlatformDeps, RegistryDeps } from './call';
import { Devices } from './devices/devices';
import { Parameters } from './devices/parameters';
import { Profiles } from './devices/profiles';
import { Software } from './devices/software';
import { Identity, SERIAL } from './inventory/identity';
import { Inventory } from './inventory/inventory';
import { Operations } from './operations/operations';
import { Events } from './readings/events';
import { Measurements } from './readings/measurements';
import { Tenants } from './tenants/tenants';

/** Makes the services that keep everything in the registry, and gives each the others that it uses. */
export function registryServices(deps: RegistryDeps) {
  const tenants = new Tenants(deps);
  const inventory = new Inventory(deps);
  const identity = new Identity(deps);
  const acting = new Acting(deps);
  const devices = new Devices(deps, inventory, identity, acting);
  const alarms = new Alarms({ ...deps, maintenanceOf: (tenant, id) => maintenanceOf(deps.registry, tenant, id) });
  const availability = new Availability(deps, { identity, alarms });
  const operations = new Operations({
    ...deps,
    directory: {
      agentOf: (tenant, id) => devices.agentOf(tenant, id),
      deviceOf: (tenant, id) => devices.deviceOf(tenant, id),
    },
    inventory,
  });

  // a serial is given up when no instance remembers it any more
  inventory.whenClosing((tenant, names) => identity.close(tenant, names));
  // a deleted object has no serial any more, and nobody acts on it
  inventory.whenDeleted((tenant, names) => {
    acting.forget(tenant);
    for (const { type, externalId } of names) if (type === SERIAL) identity.forget(tenant, externalId);
  });
  // an object that is taken from its parent is no longer below those who may act on the parent
  inventory.whenDetached((tenant) => acting.forget(tenant));
  // a set or removed c8y_RequiredAvailability changes what is watched
  inventory.whenRequired((call, record) => availability.requirementChanged(call, record));

  return {
    platformVersion: PLATFORM_VERSION,
    tenants,
    acting,
    inventory,
    identity,
    devices,
    alarms,
    availability,
    operations,
    software: new Software(deps, inventory),
    profiles: new Profiles(inventory, operations),
  };
}

/** Makes all services, once per function instance: those of the registry, and those that make and find readings. */
export function platformServices(deps: PlatformDeps) {
  const services = registryServices(deps);
  const { tenants, inventory } = services;
  const events = new Events(deps, tenants, inventory);
  return {
    ...services,
    measurements: new Measurements(deps, tenants, inventory),
    events,
    parameters: new Parameters(deps, events, inventory),
  };
}

export type RegistryServices = ReturnType<typeof registryServices>;
export type PlatformServices = ReturnType<typeof platformServices>;
