import type { Json, JsonObject } from '../config/json';
import type { Result } from '../config/result';
import type { Call } from './context';
import type { Events } from './events';
import type { Inventory } from './inventory';
import type { DeviceRef } from './model';
import type { Refusal } from './outcome';

const EVENT_TYPE = 'c8y_ParameterUpdate';

export interface ParameterUpdate {
  readonly text?: string;
  readonly time?: string;
  /** Do nothing when the device object has these values already. */
  readonly onlyIfChanged: boolean;
  readonly fragments: JsonObject;
}

/** Device parameters: an event that says what changed, mirrored into the device object (static-templates 408). */
export class Parameters {
  constructor(
    private readonly events: Pick<Events, 'create'>,
    private readonly inventory: Pick<Inventory, 'get' | 'updateFragments'>,
  ) {}

  async update(call: Call, device: DeviceRef, update: ParameterUpdate): Promise<Result<unknown, Refusal>> {
    const { fragments, onlyIfChanged, text, time } = update;
    const known = (await this.inventory.get(call.origin.tenant, device.id))?.fragments ?? {};
    const merged = Object.fromEntries(
      Object.entries(fragments).map(([name, value]) => [name, merge(known[name], value)]),
    );
    const unchanged = Object.keys(merged).every((name) => isEqual(known[name], merged[name]));
    if (onlyIfChanged && unchanged) return { ok: true, value: undefined };
    this.events.create(call, device, {
      type: EVENT_TYPE,
      text: text ?? 'Parameters were updated',
      ...(time !== undefined && { time }),
      fragments,
    });
    return this.inventory.updateFragments(call, device.id, { set: merged, remove: [] });
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A dotted path sets one member and leaves its siblings alone. */
function merge(known: Json | undefined, value: Json): Json {
  if (!isObject(known) || !isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, merge(known[name], member)] as const);
  return { ...known, ...Object.fromEntries(members) };
}

function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (!isObject(one) || !isObject(other)) return JSON.stringify(one) === JSON.stringify(other);
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => isEqual(one[name], other[name]));
}
