import { accessDenied } from '../endpoint/aws-error';
import type { RequestContext } from './conditions';
import type { PolicyStatement } from './policy';

/** Who may do what. The other services ask this about each caller. */
export interface Access {
  /**
   * Whether the holder of this key may do `action` on `resource`. `context` has the condition keys of the request,
   * `resourcePolicy` the statements attached to the resource itself.
   */
  isAllowed(
    accessKeyId: string,
    action: string,
    resource: string,
    context?: RequestContext,
    resourcePolicy?: readonly PolicyStatement[],
  ): boolean;
  /** The caller as AWS names it in error messages. */
  callerArn(accessKeyId: string): string;
}

/** Knows the access keys with which services act for a role. */
export interface RoleKeys {
  /** The access key of the role with this ARN. Raises a `TemplateError` when the template has no such role. */
  accessKeyOf(roleArn: string): string;
}

/** One call whose permission is to be checked. */
interface AccessDemand {
  readonly accessKeyId: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: RequestContext;
  /** HTTP status of the refusal. Default 400. */
  readonly status?: number;
}

/** Refuses with `AccessDeniedException` what the caller's role does not allow. */
export function demandAccess(access: Access, { accessKeyId, action, resource, context, status }: AccessDemand): void {
  if (access.isAllowed(accessKeyId, action, resource, context)) return;
  throw accessDenied(access.callerArn(accessKeyId), action, resource, status);
}
