import { Lru } from '../../base/lru';
import { collect } from '../../storage/pages';
import type { RegistryDeps } from '../call';
import { parentsOf } from '../inventory/link-items';
import { getObject, getObjects } from '../inventory/object-items';
import { AGENT_MARKER } from '../model';
import { DEVICE_USER_PREFIX, type Principal } from './credentials';
import { getUser } from './items';

/** Who wants to act on an object: the device at the other end of a connection, or the user of a request. */
export type Actor =
  /** `root` is the id of the connected device. Whoever connected as it acts as it, and as nothing else. */
  { readonly kind: 'connection'; readonly root: string } | Pick<Principal, 'kind' | 'user'>;

/** The object that somebody wants to act on. Who has read it gives its owner, which saves a read. */
export interface ActedOn {
  readonly id: string;
  readonly owner?: string;
}

const REMEMBERED = { capacity: 20_000, ttlMs: 60_000 } as const;

/**
 * Decides who may act on which object and who may give which device identifier, for every row, template and route
 * (docs/security.md#who-may-act-on-what).
 */
export class Acting {
  /** Each decision was made in a state of its tenant's hierarchy; it counts while that is the latest one known here. */
  private readonly allowed: Lru<number>;
  private readonly states = new Map<string, number>();

  constructor(private readonly deps: RegistryDeps) {
    this.allowed = new Lru(deps.clock, REMEMBERED);
  }

  /**
   * Whether somebody may act on an object. A connection may act on its own device and on all below it. A device user
   * may act on what it owns and on all below that. A person may act on every object of the tenant, as far as the role
   * allows to act at all. A yes is remembered for a minute and then costs no read. Otherwise each level upwards costs one
   * query, and for a device user one read more.
   */
  async mayActOn(tenant: string, actor: Actor, object: ActedOn): Promise<boolean> {
    if (actor.kind === 'human' || isOwn(actor, object)) return true;
    const name = nameOf(tenant, actor, object.id);
    const state = this.stateOf(tenant);
    if (this.allowed.get(name) === state) return true;
    const allowed = await this.isBelowOwn(tenant, actor, object);
    if (allowed) this.allowed.set(name, state);
    return allowed;
  }

  /** Remembers that an object was created below one that this actor may act on. */
  created(tenant: string, actor: Actor, id: string): void {
    this.allowed.set(nameOf(tenant, actor, id), this.stateOf(tenant));
  }

  /**
   * Whether a device of this user may take an object below itself: the user owns it, it is below nothing, and it is no
   * agent, which has a connection of its own. Costs one read and one query.
   */
  async mayAdopt(tenant: string, user: string, id: string): Promise<boolean> {
    const object = await getObject(this.deps.registry, tenant, id);
    if (object === undefined || object.owner !== user || AGENT_MARKER in object.members) return false;
    return (await this.parentIds(tenant, id)).length === 0;
  }

  /**
   * Whether a user may make a device under an identifier that no device has yet. The identifier of another device user
   * is kept for that user: by its name, and by its claim where claims are known. Costs a read for each.
   */
  async mayName(tenant: string, user: string, serial: string): Promise<boolean> {
    const namesake = `${DEVICE_USER_PREFIX}${serial}`;
    if (user !== namesake && (await getUser(this.deps.registry, tenant, namesake)) !== undefined) return false;
    const holder = await this.deps.identifierHolder?.(tenant, serial);
    return holder === undefined || holder === user;
  }

  /** Forgets the decisions of a tenant, because an object of it was deleted or moved. */
  forget(tenant: string): void {
    this.states.set(tenant, this.stateOf(tenant) + 1);
  }

  private stateOf(tenant: string): number {
    return this.states.get(tenant) ?? 0;
  }

  /** Looks upwards level by level. Circles end it, because no object is looked at twice. */
  private async isBelowOwn(tenant: string, actor: Actor, object: ActedOn): Promise<boolean> {
    const seen = new Set<string>();
    let level: readonly ActedOn[] = [object];
    while (level.length > 0) {
      const known = actor.kind === 'connection' ? level : await this.withOwners(tenant, level);
      if (known.some((one) => isOwn(actor, one))) return true;
      for (const { id } of level) seen.add(id);
      const parents = await Promise.all(level.map(({ id }) => this.parentIds(tenant, id)));
      level = [...new Set(parents.flat())].filter((id) => !seen.has(id)).map((id) => ({ id }));
    }
    return false;
  }

  private async withOwners(tenant: string, level: readonly ActedOn[]): Promise<readonly ActedOn[]> {
    if (level.every(({ owner }) => owner !== undefined)) return level;
    return getObjects(
      this.deps.registry,
      tenant,
      level.map(({ id }) => id),
    );
  }

  private async parentIds(tenant: string, id: string): Promise<string[]> {
    return (await collect(parentsOf(this.deps.registry, tenant, id))).map((parent) => parent.id);
  }
}

const isOwn = (actor: Actor, { id, owner }: ActedOn): boolean =>
  actor.kind === 'connection' ? id === actor.root : owner === actor.user;

const nameOf = (tenant: string, actor: Actor, id: string): string =>
  JSON.stringify([tenant, actor.kind, actor.kind === 'connection' ? actor.root : actor.user, id]);
