import { CONNACK, type RefusalCode } from '../broker/broker-adapter';
import type { Connection, ConnectRequest, Grant } from '../connections/connection';
import type { IotDependencies } from '../iot-dependencies';
import { IOT_LIMITS } from '../limits';
import { authorizerEvent } from './authorizer-event';
import type { AuthorizerEvent } from './authorizer-message';
import { ConnectionPolicy, PolicyError } from './connection-policy';
import type { Endpoints } from './endpoints';
import { Turns } from './turns';

type Authorization =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly code: RefusalCode; readonly reason: string };

/**
 * Asks the stack's authorizer function about a CONNECT and checks its answer
 * (docs/reference/aws-platform.md#custom-authorizer).
 */
export class Authorizer {
  private readonly turns: Turns;

  constructor(
    private readonly deps: IotDependencies,
    private readonly endpoints: Endpoints,
    private readonly timeout: number,
    private readonly open: boolean,
    /** Calls at the same time. With more than the function has instances, a call's time would go by in waiting. */
    callsAtOnce: number,
  ) {
    this.turns = new Turns(callsAtOnce);
  }

  async authorize(connection: Connection, request: ConnectRequest): Promise<Authorization> {
    if (this.open) return { ok: true, grant: { principalId: 'open', policy: ConnectionPolicy.permissive } };
    return this.turn(connection, authorizerEvent(connection, request), request.clientId);
  }

  /** Asks again for a connection that is open. Its lifetime stays as it was granted at CONNECT. */
  async refresh(connection: Connection, event: AuthorizerEvent): Promise<Authorization> {
    const answer = await this.turn(connection, event, connection.clientId);
    if (!answer.ok || connection.grant.expiresAt === undefined) return answer;
    return { ok: true, grant: { ...answer.grant, expiresAt: connection.grant.expiresAt } };
  }

  /** Asks when it is the client's turn, unless the client has given up by then. */
  private turn(connection: Connection, event: AuthorizerEvent, clientId: string): Promise<Authorization> {
    return this.turns.take(async () =>
      connection.closed
        ? refused(CONNACK.unavailable, 'the client went away before its turn')
        : this.ask(connection, event, clientId),
    );
  }

  private async ask(connection: Connection, event: AuthorizerEvent, clientId: string): Promise<Authorization> {
    const authorizer = this.endpoints.authorizerFor(connection.transport.kind);
    if (authorizer === undefined) {
      return refused(CONNACK.notAuthorized, `no domain configuration serves ${connection.transport.kind}`);
    }
    const { region, account } = this.deps;
    const arn = `arn:aws:iot:${region}:${account}:authorizer/${authorizer.AuthorizerName}`;
    let result: unknown;
    try {
      const answer = this.deps.invoke(authorizer.AuthorizerFunctionArn, event, { principal: 'iot.amazonaws.com', arn });
      result = await withTimeout(answer, this.timeout);
    } catch (error) {
      return refused(CONNACK.unavailable, `the authorizer failed: ${message(error)}`);
    }
    return readResult(result, clientId, event, this.deps.clock.now());
  }
}

/**
 * Checks an authorizer's result (docs/reference/aws-platform.md#what-the-authorizer-answers). A result that AWS would
 * not accept refuses the connection.
 */
function readResult(result: unknown, clientId: string, event: AuthorizerEvent, now: number): Authorization {
  if (typeof result !== 'object' || result === null) return invalid('it is not an object');
  const answer: Record<string, unknown> = { ...result };
  if (answer.isAuthenticated !== true) return refused(CONNACK.badCredentials, 'not authenticated');
  const { principalId, policyDocuments } = answer;
  if (typeof principalId !== 'string' || !/^[a-zA-Z0-9]{1,128}$/.test(principalId)) return invalid('principalId');
  if (!Array.isArray(policyDocuments) || policyDocuments.length > IOT_LIMITS.policyDocuments)
    return invalid('policyDocuments');
  if (policyDocuments.some((document) => characters(document) > IOT_LIMITS.policyDocumentCharacters)) {
    return invalid(`a policy document has more than ${IOT_LIMITS.policyDocumentCharacters} characters`);
  }
  const lifetime = seconds(answer.disconnectAfterInSeconds, IOT_LIMITS.authorizationSecondsAtMost);
  if (lifetime === undefined) return invalid('disconnectAfterInSeconds');
  const refresh = seconds(answer.refreshAfterInSeconds, IOT_LIMITS.authorizationSecondsAtMost);
  if (refresh === undefined) return invalid('refreshAfterInSeconds');
  try {
    const policy = ConnectionPolicy.parse(policyDocuments, clientId);
    const [expiresAt, refreshAt] = [now + lifetime * 1000, now + refresh * 1000];
    return { ok: true, grant: { principalId, policy, expiresAt, refreshAt, event } };
  } catch (error) {
    if (error instanceof PolicyError) return invalid(error.message);
    throw error;
  }
}

const refused = (code: RefusalCode, reason: string): Authorization => ({ ok: false, code, reason });
const invalid = (what: string): Authorization =>
  refused(CONNACK.notAuthorized, `the authorizer's result is invalid: ${what}`);

function characters(document: unknown): number {
  return typeof document === 'string' ? document.length : (JSON.stringify(document) ?? '').length;
}

function seconds(value: unknown, absent: number): number | undefined {
  if (value === undefined || value === null) return absent;
  const valid =
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= IOT_LIMITS.authorizationSecondsAtLeast &&
    value <= IOT_LIMITS.authorizationSecondsAtMost;
  return valid ? value : undefined;
}

async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
