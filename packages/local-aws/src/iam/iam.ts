import { createHash } from 'node:crypto';
import { isTemplateObject, TemplateError, type TemplateObject, type TemplateValue } from '../template/template';
import type { Access, RoleKeys } from './access';
import type { RequestContext } from './conditions';
import { evaluate, type PolicyStatement, parsePolicy } from './policy';

interface Role {
  readonly name: string;
  readonly arn: string;
  readonly accessKeyId: string;
  readonly statements: PolicyStatement[];
}

/** The AWS managed policies that a template may name. */
const managedPolicies: Readonly<Record<string, readonly PolicyStatement[]>> = {
  'service-role/AWSLambdaBasicExecutionRole': parsePolicy(
    {
      Statement: {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    },
    'AWSLambdaBasicExecutionRole',
  ),
};

/** Every endpoint of this cloud speaks plain HTTP on the loopback interface, which stands for AWS's TLS. */
const TRANSPORT: RequestContext = { 'aws:SecureTransport': 'true' };

/**
 * The roles of the template and what they may do. Each role has one access key, by which the endpoint tells callers
 * apart. Only the host process knows the root key, which may do everything.
 */
export class Iam implements Access, RoleKeys {
  readonly rootAccessKeyId: string;
  readonly #byArn = new Map<string, Role>();
  readonly #byName = new Map<string, Role>();
  readonly #byAccessKey = new Map<string, Role>();

  constructor(rootAccessKeyId: string) {
    this.rootAccessKeyId = rootAccessKeyId;
  }

  /** Adds an `AWS::IAM::Role` from its resolved properties. */
  addRole(name: string, arn: string, properties: TemplateObject): void {
    const accessKeyId = `ROLE${createHash('sha256').update(arn).digest('hex').slice(0, 16).toUpperCase()}`;
    const role: Role = { name, arn, accessKeyId, statements: [] };
    if (properties.PermissionsBoundary !== undefined) {
      throw new TemplateError(`role ${name}: PermissionsBoundary cannot be evaluated here`);
    }
    for (const managed of list(properties.ManagedPolicyArns))
      role.statements.push(...managedPolicy(String(managed), name));
    for (const policy of list(properties.Policies)) {
      if (isTemplateObject(policy)) role.statements.push(...parsePolicy(policy.PolicyDocument, `role ${name}`));
    }
    this.#byArn.set(arn, role);
    this.#byName.set(name, role);
    this.#byAccessKey.set(accessKeyId, role);
  }

  /** Attaches an `AWS::IAM::Policy` to the roles it names. */
  addPolicy(logicalId: string, properties: TemplateObject): void {
    const statements = parsePolicy(properties.PolicyDocument, logicalId);
    for (const name of list(properties.Roles)) {
      const role = this.#byName.get(String(name));
      if (!role) throw new TemplateError(`${logicalId}: role ${String(name)} is not in the template`);
      role.statements.push(...statements);
    }
  }

  accessKeyOf(roleArn: string): string {
    const role = this.#byArn.get(roleArn);
    if (!role) throw new TemplateError(`role ${roleArn} is not in the template`);
    return role.accessKeyId;
  }

  /** Whether somebody has this access key. */
  isKnown(accessKeyId: string): boolean {
    return accessKeyId === this.rootAccessKeyId || this.#byAccessKey.has(accessKeyId);
  }

  callerArn(accessKeyId: string): string {
    return this.#byAccessKey.get(accessKeyId)?.arn ?? 'arn:aws:iam::root';
  }

  isAllowed(
    accessKeyId: string,
    action: string,
    resource: string,
    context: RequestContext = {},
    resourcePolicy: readonly PolicyStatement[] = [],
  ): boolean {
    if (accessKeyId === this.rootAccessKeyId) return true;
    const role = this.#byAccessKey.get(accessKeyId);
    if (!role) return false;
    const request = { action, resource, context: { ...TRANSPORT, ...context }, principals: [role.arn] };
    const identity = evaluate(role.statements, request);
    const attached = evaluate(resourcePolicy, request);
    if (identity === 'denied' || attached === 'denied') return false;
    return identity === 'allowed' || attached === 'allowed';
  }
}

function list(value: TemplateValue | undefined): readonly TemplateValue[] {
  return Array.isArray(value) ? value : [];
}

function managedPolicy(arn: string, role: string): readonly PolicyStatement[] {
  const name = arn.slice(arn.indexOf(':policy/') + ':policy/'.length);
  const statements = managedPolicies[name];
  if (!statements) throw new TemplateError(`role ${role}: managed policy ${arn} is not known here`);
  return statements;
}
