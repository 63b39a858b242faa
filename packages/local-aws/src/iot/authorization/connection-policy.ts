import { matchesWildcard } from '../../wildcard';

/**
 * The actions the broker itself decides by a connection's policy
 * (docs/reference/aws-platform.md#actions-and-resources-of-a-connection).
 */
export type IotAction = 'iot:Connect' | 'iot:Publish' | 'iot:RetainPublish' | 'iot:Receive' | 'iot:Subscribe';

/** A policy that the broker cannot apply exactly. It is refused, because a guess could allow too much. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

interface Statement {
  readonly deny: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Decisions kept for one connection, so that a device that publishes in a loop is not decided anew each time. */
const MAX_REMEMBERED = 512;

/**
 * What one connection may do. Nothing is allowed unless a statement allows it, and an explicit Deny wins. `*` and `?`
 * are the only wildcards: the `+` and `#` of a topic filter are plain characters here.
 */
export class ConnectionPolicy {
  private readonly remembered = new Map<string, boolean>();

  private constructor(private readonly statements: readonly Statement[]) {}

  static readonly permissive = new ConnectionPolicy([{ deny: false, actions: ['*'], resources: ['*'] }]);

  /**
   * Reads policy documents (objects or JSON text). Throws `PolicyError` for anything that is not a plain
   * Effect/Action/Resource statement: conditions and inverted elements are not evaluated here.
   */
  static parse(documents: readonly unknown[], clientId: string): ConnectionPolicy {
    return new ConnectionPolicy(documents.flatMap((document) => readDocument(document, clientId)));
  }

  allows(action: IotAction, resource: string): boolean {
    const key = `${action} ${resource}`;
    const known = this.remembered.get(key);
    if (known !== undefined) return known;
    const decision = this.decide(action.toLowerCase(), resource);
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    this.remembered.set(key, decision);
    return decision;
  }

  private decide(action: string, resource: string): boolean {
    const applying = this.statements.filter(
      (statement) =>
        statement.actions.some((pattern) => matchesWildcard(pattern, action)) &&
        statement.resources.some((pattern) => matchesWildcard(pattern, resource)),
    );
    return applying.length > 0 && !applying.some((statement) => statement.deny);
  }
}

function readDocument(document: unknown, clientId: string): Statement[] {
  const policy = record(typeof document === 'string' ? parseJson(document) : document, 'the policy document');
  const statements = policy.Statement;
  return (Array.isArray(statements) ? statements : [statements]).map((statement) =>
    readStatement(record(statement, 'the statement'), clientId),
  );
}

const ELEMENTS = new Set(['Sid', 'Effect', 'Action', 'Resource']);

function readStatement(statement: Record<string, unknown>, clientId: string): Statement {
  const unknown = Object.keys(statement).find((element) => !ELEMENTS.has(element));
  if (unknown !== undefined) throw new PolicyError(`the policy element ${unknown} is not supported`);
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    throw new PolicyError('the Effect of a statement is neither Allow nor Deny');
  }
  return {
    deny: statement.Effect === 'Deny',
    actions: strings(statement.Action, 'Action').map((action) => action.toLowerCase()),
    resources: strings(statement.Resource, 'Resource').map((resource) => substitute(resource, clientId)),
  };
}

/**
 * Puts the client ID in the place of `${iot:ClientId}`, the only variable that a password connection has. A client ID
 * with wildcards is refused, because it would widen the ARN.
 */
function substitute(resource: string, clientId: string): string {
  return resource.replace(/\$\{([^}]*)\}/g, (_, variable: string) => {
    if (variable.toLowerCase() !== 'iot:clientid') throw new PolicyError(`the variable ${variable} is not supported`);
    if (/[*?$]/.test(clientId)) throw new PolicyError('a client ID with *, ? or $ cannot stand in for a variable');
    return clientId;
  });
}

function strings(value: unknown, element: string): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string') throw new PolicyError(`the ${element} of a statement is not text`);
    return item;
  });
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PolicyError(`${what} is not an object`);
  }
  return { ...value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PolicyError('the policy document is not JSON', { cause });
  }
}
