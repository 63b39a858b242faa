import type { Clock } from '../base/clock';
import { fail, ok, type Result } from '../base/result';
import type { Table } from '../storage/table';
import { OVERTAKEN, type Overtaken, versioned } from '../storage/versioned';
import { type ClaimDecision, type ClaimError, type ClaimRequest, claimOf, decideClaim } from './claim-decision';
import { type Claim, ClaimItems } from './claim-items';

/** A released claim is kept as long as a message can wait in the failure queue, and then dropped. */
const RELEASED_KEPT_MS = 14 * 86_400_000;

/** An identifier that was given, and the client IDs whose connections have to end. */
export interface GivenClaim {
  readonly claim: Claim;
  readonly ended: readonly string[];
}
/** An identifier that was not given, and the client IDs whose connections have to end all the same. */
export interface DeniedClaim {
  readonly reason: ClaimError | 'notItsDevice';
  readonly ended: readonly string[];
}

/**
 * Who owns which device identifier (docs/security.md#who-may-be-which-device). AWS shares client IDs among all tenants of
 * an account, and so an identifier belongs to one tenant of the account.
 */
export class Claims {
  private readonly items: ClaimItems;

  constructor(
    registry: Table,
    private readonly clock: Clock,
  ) {
    this.items = new ClaimItems(registry);
  }

  /**
   * Claims an identifier, however the client ID spells it. One read, and one write when the claim changes. `mayTake` is
   * asked before a device user gets an identifier that is not its own yet.
   */
  async claim(
    request: Omit<ClaimRequest, 'at'>,
    mayTake: () => Promise<boolean>,
  ): Promise<Result<GivenClaim, DeniedClaim>> {
    return versioned(this.clock, `claim of ${request.serial}`, async () => {
      const stored = await this.items.read(request.serial);
      const decision = decideClaim(stored?.held, { ...request, at: this.clock.now() });
      if (decision.granted && decision.taken && request.kind === 'device' && !(await mayTake())) {
        return fail<DeniedClaim>({ reason: 'notItsDevice', ended: [] });
      }
      return this.carryOut(decision, (stored?.version ?? 0) + 1);
    });
  }

  private async carryOut(
    decision: ClaimDecision,
    version: number,
  ): Promise<Result<GivenClaim, DeniedClaim> | Overtaken> {
    const next = decision.granted ? (decision.isChanged ? decision.claim : undefined) : decision.next;
    if (next !== undefined && !(await this.items.write({ version, held: next }))) return OVERTAKEN;
    const { ended } = decision;
    return decision.granted ? ok({ claim: claimOf(decision.claim), ended }) : fail({ reason: decision.error, ended });
  }

  /**
   * Releases an identifier of the tenant. Returns the client IDs whose connections have to end, or undefined when the
   * tenant does not hold it. Its owner may take it again at once, anybody else after a rest.
   */
  async release(tenant: string, serial: string): Promise<readonly string[] | undefined> {
    return versioned(this.clock, `claim of ${serial}`, async () => {
      const stored = await this.items.read(serial);
      if (stored?.held.tenant !== tenant) return undefined;
      // released before: its connections may not have ended
      if (stored.held.releasedAt !== undefined) return stored.held.clients;
      const releasedAt = this.clock.now();
      const held = { ...stored.held, releasedAt };
      const expiresAt = Math.ceil((releasedAt + RELEASED_KEPT_MS) / 1000);
      if (!(await this.items.write({ version: stored.version + 1, held }, expiresAt))) return OVERTAKEN;
      return held.clients;
    });
  }
}
