import type { InProcessDynamodb } from '@cirrus/local-aws';
import { type Clock, systemClock } from '../../lib/base/clock';
import type { JsonObject } from '../../lib/base/json';
import type { ManagedObject } from '../../lib/platform/model';
import { type PlatformServices, platformServices } from '../../lib/platform/services';
import type { ChildKind } from '../../lib/storage/keys';
import { Table } from '../../lib/storage/table';
import { directClient } from './direct-client';

/** One thing of a tenant as text, under the name of what it belongs to. Without ids, because runs differ in them. */
export interface Fact {
  readonly about: string;
  readonly kind: 'object' | 'reading' | 'alarm' | 'operation' | 'list';
  readonly text: string;
}

const CHILD_KINDS: readonly ChildKind[] = ['childDevices', 'childAdditions', 'childAssets'];

/** Everything that can be seen of a tenant at a time (ms since the epoch), which decides what has expired. */
export async function factsOf(database: InProcessDynamodb, tenant: string, at: number): Promise<readonly Fact[]> {
  const clock: Clock = { ...systemClock, now: () => at };
  const client = directClient(database);
  const [registry, telemetry] = [new Table(client, 'registry'), new Table(client, 'telemetry')];
  return new TenantFacts(platformServices({ registry, telemetry, clock }), tenant).collect();
}

class TenantFacts {
  private readonly facts: Fact[] = [];
  private readonly names = new Map<string, string>();

  constructor(
    private readonly services: PlatformServices,
    private readonly tenant: string,
  ) {}

  async collect(): Promise<readonly Fact[]> {
    const { inventory } = this.services;
    const objects: ManagedObject[] = [];
    for await (const object of inventory.list(this.tenant, {})) objects.push(object);
    for (const object of objects) this.names.set(object.id, await this.nameOf(object));
    for (const object of objects) await this.object(object);
    await this.lists(objects);
    await this.operations();
    return this.facts;
  }

  private add(about: string, kind: Fact['kind'], text: unknown): void {
    let written = JSON.stringify(text);
    // a fragment can hold the id of an object
    for (const [id, name] of this.names) written = written.replaceAll(`"${id}"`, JSON.stringify(name));
    this.facts.push({ about, kind, text: written });
  }

  /** The serial, or what else tells an object from the others. */
  private async nameOf({ id, fragments }: ManagedObject): Promise<string> {
    const { identity } = this.services;
    for (const { type, externalId } of await identity.list(this.tenant, id))
      if (type === 'c8y_Serial') return externalId;
    return `(${String(fragments.name ?? fragments.type)})`;
  }

  private async object({ id, owner, fragments }: ManagedObject): Promise<void> {
    const name = this.names.get(id) ?? id;
    const children: Record<string, readonly string[]> = {};
    for (const kind of CHILD_KINDS) {
      const ids = await this.services.inventory.childIds(this.tenant, id, kind);
      children[kind] = ids.map((child) => this.names.get(child) ?? `missing object ${child}`).sort();
    }
    const parents = await this.services.inventory.parents(this.tenant, id);
    const above = parents
      .map((parent) => `${parent.kind} of ${this.names.get(parent.id) ?? 'a missing object'}`)
      .sort();
    const externalIds: string[] = [];
    for (const one of await this.services.identity.list(this.tenant, id))
      externalIds.push(`${one.type}/${one.externalId}`);
    this.add(name, 'object', {
      owner,
      ...sorted(comparable(fragments)),
      children,
      above,
      externalIds: externalIds.sort(),
    });
    await this.readings(id, name);
  }

  private async readings(id: string, name: string): Promise<void> {
    const { measurements, events, alarms } = this.services;
    for await (const { type, time, fragments } of measurements.list(this.tenant, { source: id })) {
      this.add(name, 'reading', { type, time, ...sorted(fragments) });
    }
    for await (const { type, time, text, fragments } of events.list(this.tenant, { source: id })) {
      this.add(name, 'reading', { type, time, text, ...sorted(fragments) });
    }
    for await (const alarm of alarms.list(this.tenant, { source: id })) {
      const { type, text, time, severity, status, count, firstOccurrenceTime, fragments } = alarm;
      this.add(name, 'alarm', { type, text, time, severity, status, count, firstOccurrenceTime, ...sorted(fragments) });
    }
  }

  /** Every list has the objects that belong there, and no others. */
  private async lists(objects: readonly ManagedObject[]): Promise<void> {
    const types = [...new Set(objects.map(({ fragments }) => String(fragments.type)))];
    for (const type of types) {
      await this.list(
        `type ${type}`,
        { type },
        objects.filter(({ fragments }) => fragments.type === type),
      );
    }
    const listed = ['c8y_IsDevice', 'com_cumulocity_model_Agent', 'c8y_Hardware', 'c8y_Position', 'acme_Valve'];
    for (const fragmentType of listed) {
      const members = objects.filter(({ fragments }) => fragments[fragmentType] !== undefined);
      await this.list(`fragment ${fragmentType}`, { fragmentType }, members);
    }
  }

  private async list(
    name: string,
    filter: { readonly type?: string; readonly fragmentType?: string },
    members: readonly ManagedObject[],
  ): Promise<void> {
    const found: string[] = [];
    for await (const { id } of this.services.inventory.list(this.tenant, filter)) found.push(id);
    const expected = members.map(({ id }) => id);
    const missing = expected.filter((id) => !found.includes(id)).map((id) => this.names.get(id));
    const wrong = found.filter((id) => !expected.includes(id)).map((id) => this.names.get(id));
    if (missing.length + wrong.length > 0) this.add(`list of ${name}`, 'list', { missing, wrong });
  }

  private async operations(): Promise<void> {
    for await (const operation of this.services.operations.list(this.tenant, {})) {
      const { deviceId, agentId, status, failureReason, fragments } = operation;
      const { acme_Key: key, ...others } = fragments;
      const device = this.names.get(deviceId) ?? 'a missing device';
      const agent = this.names.get(agentId) ?? 'a missing agent';
      const name = typeof key === 'object' && key !== null && 'key' in key ? String(key.key) : 'operation without key';
      this.add(name, 'operation', { device, agent, status, failureReason, ...sorted(others) });
    }
  }
}

/**
 * Which message of several writes the last sign of life depends on what an instance remembers
 * (docs/reference/mqtt-implementation.md#availability). So only the status is compared.
 */
function comparable({ c8y_Availability: availability, ...fragments }: JsonObject): JsonObject {
  if (typeof availability !== 'object' || availability === null || !('status' in availability)) return fragments;
  return { ...fragments, c8y_Availability: { status: availability.status ?? null } };
}

const sorted = (members: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1)));
