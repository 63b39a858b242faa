import type { ServiceCaller } from '../iam/service-caller';
import { TemplateError, type TemplateObject } from '../template/template';
import { matchesWildcard } from '../wildcard';

interface Permission {
  readonly principal: string;
  readonly sourceArn: string | undefined;
  readonly sourceAccount: string | undefined;
}

/** The resource policy of one function, from its `AWS::Lambda::Permission` resources. */
export class InvokePermissions {
  readonly #account: string;
  readonly #permissions: Permission[] = [];

  constructor(account: string) {
    this.#account = account;
  }

  add(logicalId: string, properties: TemplateObject): void {
    const action = String(properties.Action);
    if (action !== 'lambda:InvokeFunction') throw new TemplateError(`${logicalId}: action ${action} is not supported`);
    this.#permissions.push({
      principal: String(properties.Principal),
      sourceArn: properties.SourceArn === undefined ? undefined : String(properties.SourceArn),
      sourceAccount: properties.SourceAccount === undefined ? undefined : String(properties.SourceAccount),
    });
  }

  /** Whether the service may invoke the function for this resource. */
  allow(caller: ServiceCaller): boolean {
    return this.#permissions.some(
      ({ principal, sourceArn, sourceAccount }) =>
        principal === caller.principal &&
        (sourceArn === undefined || matchesWildcard(sourceArn, caller.arn)) &&
        (sourceAccount === undefined || sourceAccount === this.#account),
    );
  }
}
