import { TemplateError, type TemplateObject } from '../template/template';
import { matchesWildcard } from '../wildcard';

/** An AWS service that invokes a function on behalf of one of its resources. */
export interface InvokeSource {
  /** For example `iot.amazonaws.com`. */
  readonly principal: string;
  /** The rule, authorizer or API that caused it. */
  readonly arn: string;
}

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
  allow(source: InvokeSource): boolean {
    return this.#permissions.some(
      ({ principal, sourceArn, sourceAccount }) =>
        principal === source.principal &&
        (sourceArn === undefined || matchesWildcard(sourceArn, source.arn)) &&
        (sourceAccount === undefined || sourceAccount === this.#account),
    );
  }
}
