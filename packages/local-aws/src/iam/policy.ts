import { isTemplateObject, TemplateError, type TemplateValue } from '../template/template';
import { matchesWildcard } from '../wildcard';
import { conditionsHold, type PolicyCondition, parseConditions, type RequestContext } from './conditions';

/** What a request asks for. Only resource policies look at `principals`: the role's ARN, or a service's host name. */
interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
  readonly principals?: readonly string[];
}

/** One statement of a policy. `undefined` where the statement does not have the element. */
export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly exceptActions: readonly string[] | undefined;
  readonly resources: readonly string[];
  readonly exceptResources: readonly string[] | undefined;
  readonly principals: readonly string[] | undefined;
  readonly conditions: readonly PolicyCondition[];
}

/** `neither`: no statement is about the request, so another policy decides. */
type PolicyVerdict = 'allowed' | 'denied' | 'neither';

/**
 * Compiles a resolved policy document. An element that cannot be evaluated here is a `TemplateError` naming `where`.
 */
export function parsePolicy(document: TemplateValue | undefined, where: string): readonly PolicyStatement[] {
  if (!isTemplateObject(document)) throw new TemplateError(`${where}: policy document is not an object`);
  const statements = document.Statement ?? [];
  return (Array.isArray(statements) ? statements : [statements]).map((statement) => parseStatement(statement, where));
}

function parseStatement(statement: TemplateValue, where: string): PolicyStatement {
  if (!isTemplateObject(statement)) throw new TemplateError(`${where}: a statement is not an object`);
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new TemplateError(`${where}: Effect is neither Allow nor Deny`);
  if (statement.NotPrincipal !== undefined) throw new TemplateError(`${where}: NotPrincipal is not supported`);
  return {
    effect,
    actions: texts(statement.Action).map((action) => action.toLowerCase()),
    exceptActions:
      statement.NotAction === undefined ? undefined : texts(statement.NotAction).map((a) => a.toLowerCase()),
    resources: texts(statement.Resource),
    exceptResources: statement.NotResource === undefined ? undefined : texts(statement.NotResource),
    principals: statement.Principal === undefined ? undefined : principals(statement.Principal),
    conditions: parseConditions(statement.Condition, where),
  };
}

function texts(value: TemplateValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function principals(value: TemplateValue): readonly string[] {
  return isTemplateObject(value) ? Object.values(value).flatMap(texts) : texts(value);
}

/** Evaluates statements as IAM does: an explicit Deny wins over every Allow. */
export function evaluate(statements: readonly PolicyStatement[], request: AccessRequest): PolicyVerdict {
  let verdict: PolicyVerdict = 'neither';
  for (const statement of statements) {
    if (!applies(statement, request)) continue;
    if (statement.effect === 'Deny') return 'denied';
    verdict = 'allowed';
  }
  return verdict;
}

function applies(statement: PolicyStatement, request: AccessRequest): boolean {
  const action = request.action.toLowerCase();
  const { principals: named, exceptActions, exceptResources } = statement;
  const actionNamed = exceptActions
    ? !exceptActions.some((pattern) => matchesWildcard(pattern, action))
    : statement.actions.some((pattern) => matchesWildcard(pattern, action));
  if (!actionNamed) return false;
  const resourceNamed = exceptResources
    ? !exceptResources.some((pattern) => matchesWildcard(pattern, request.resource))
    : statement.resources.some((pattern) => matchesWildcard(pattern, request.resource));
  if (!resourceNamed) return false;
  if (named && !named.some((name) => name === '*' || request.principals?.includes(name))) return false;
  return conditionsHold(statement.conditions, request.context);
}
