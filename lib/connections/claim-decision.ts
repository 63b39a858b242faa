import { defined } from '../base/defined';
import type { Claim, HeldClaim } from './claim-items';

/**
 * How long an identifier rests before its owner changes to another tenant or, after a release, to another user. Function
 * instances remember a claim for a minute, so the rest is longer: no message is attributed to the wrong owner.
 */
export const REST_MS = 120_000;
/** How long a contest keeps the person away. A device that asks again later starts a new one. */
const CONTEST_MS = 10 * 60_000;
/** Client IDs that a claim remembers. A device uses one or two spellings of its identifier. */
const CLIENTS_KEPT = 8;

/** Why an identifier is not given. `resting`: its owner is changing, so the client should come again. */
export type ClaimError = 'claimedByOther' | 'resting';

/** Somebody who wants an identifier. */
export interface ClaimRequest extends Claim {
  /** The client ID of a connection; absent when the identifier is taken without one. */
  readonly clientId?: string;
  /** For a person: when its hold lapses. ms since the epoch. */
  readonly until?: number;
  /** ms since the epoch. */
  readonly at: number;
}

/** What becomes of an identifier. `next` is to be written when it is there; `ended` are client IDs to disconnect. */
export type ClaimDecision =
  | {
      readonly granted: true;
      /** Whose the messages are from now on. */
      readonly claim: HeldClaim;
      /** True when the identifier gets another owner. */
      readonly taken: boolean;
      readonly isChanged: boolean;
      readonly ended: readonly string[];
    }
  | {
      readonly granted: false;
      readonly error: ClaimError;
      readonly next?: HeldClaim;
      readonly ended: readonly string[];
    };

/**
 * Decides who owns an identifier now (docs/security.md#who-may-be-which-device). It is pure.
 *
 * - A device user keeps an identifier until it is released.
 * - A person holds it until `until`, and a device user takes it from a person: at once within the tenant, and after a
 *   rest from another tenant.
 * - A person of the same tenant may use a device user's identifier without taking it.
 */
export function decideClaim(held: HeldClaim | undefined, asked: ClaimRequest): ClaimDecision {
  if (held === undefined) return take(asked, undefined);
  const isSameTenant = held.tenant === asked.tenant;
  if (isSameTenant && held.user === asked.user)
    return isContested(held, asked.at) ? refuse('resting') : keep(held, asked);
  if (held.releasedAt !== undefined)
    return asked.at < held.releasedAt + REST_MS ? refuse('resting') : take(asked, held);
  if (isSameTenant) return withinTenant(held, asked);
  const isLapsed = held.until !== undefined && asked.at >= held.until;
  if (isLapsed) return take(asked, held);
  return held.kind === 'human' && asked.kind === 'device' ? contest(held, asked) : refuse('claimedByOther');
}

function withinTenant(held: HeldClaim, asked: ClaimRequest): ClaimDecision {
  if (held.kind === 'device') return asked.kind === 'human' ? use(held, asked) : refuse('claimedByOther');
  if (asked.kind === 'human' && isContested(held, asked.at)) return refuse('resting');
  return take(asked, held);
}

/** The person has to go first. Its connection is ended, and the device gets the identifier when it comes again. */
function contest(held: HeldClaim, asked: ClaimRequest): ClaimDecision {
  if (!isContested(held, asked.at)) {
    return { granted: false, error: 'resting', next: { ...held, contestedAt: asked.at }, ended: held.clients };
  }
  return asked.at < (held.contestedAt ?? 0) + REST_MS ? refuse('resting') : take(asked, held);
}

const isContested = ({ contestedAt }: HeldClaim, at: number): boolean =>
  contestedAt !== undefined && at < contestedAt + CONTEST_MS;

const refuse = (error: ClaimError): ClaimDecision => ({ granted: false, error, ended: [] });

function take({ tenant, user, serial, kind, clientId, until, at }: ClaimRequest, held?: HeldClaim): ClaimDecision {
  const before = held !== undefined && held.tenant !== tenant ? claimOf(held) : undefined;
  const clients = clientId === undefined ? [] : [clientId];
  const claim = defined({ tenant, user, serial, kind, since: at, clients, until, before });
  const ended = (held?.clients ?? []).filter((known) => known !== clientId);
  return { granted: true, claim, taken: true, isChanged: true, ended };
}

/** The owner comes again. A released claim is its own again at once. */
function keep(
  { releasedAt, contestedAt: _, ...held }: HeldClaim,
  { clientId, until, at }: ClaimRequest,
): ClaimDecision {
  const { clients, ended } = withClient(held.clients, clientId);
  const claim = defined({ ...held, clients, until, since: releasedAt === undefined ? held.since : at });
  const isChanged = releasedAt !== undefined || clients !== held.clients || until !== held.until;
  return { granted: true, claim, taken: false, isChanged, ended };
}

/** A person connects as a device of its tenant: the messages are the device's. */
function use(held: HeldClaim, { clientId }: ClaimRequest): ClaimDecision {
  const { clients, ended } = withClient(held.clients, clientId);
  return { granted: true, claim: { ...held, clients }, taken: false, isChanged: clients !== held.clients, ended };
}

function withClient(known: readonly string[], clientId: string | undefined) {
  if (clientId === undefined || known.includes(clientId)) return { clients: known, ended: [] };
  const all = [...known, clientId];
  return { clients: all.slice(-CLIENTS_KEPT), ended: all.slice(0, -CLIENTS_KEPT) };
}

/** The claim without what decides about the next one. */
export const claimOf = ({ tenant, user, serial, kind }: Claim): Claim => ({ tenant, user, serial, kind });
