import type { Assembly } from './assembly';
import { Intrinsics } from './intrinsics';
import { creationOrder } from './order';
import { allowOnly, type ResourceType, type ResourceTypes, type StackIdentity } from './resource-type';
import { TemplateError, type TemplateValue } from './template';

/** A template whose resources have been made: their physical ids by logical id, and the outputs. */
export interface Deployment {
  readonly physicalIds: ReadonlyMap<string, string>;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Makes every resource of the template, each after the resources that it refers to. Throws a `TemplateError` that names
 * what cannot be made.
 */
export async function deploy(
  { template }: Assembly,
  types: ResourceTypes,
  stack: StackIdentity,
  parameters: Readonly<Record<string, string>>,
): Promise<Deployment> {
  const { region, account: accountId, stackName } = stack;
  const pseudo = { region, accountId, stackName, partition: 'aws', urlSuffix: 'amazonaws.com' };
  const intrinsics = new Intrinsics(template, pseudo, parameters);
  const physicalIds = new Map<string, string>();
  for (const [logicalId, { Type }] of Object.entries(template.Resources)) typeOf(types, logicalId, Type);
  for (const logicalId of creationOrder(template)) {
    const resource = template.Resources[logicalId];
    if (!resource || (resource.Condition !== undefined && !intrinsics.condition(resource.Condition))) continue;
    const properties = intrinsics.resolveObject(resource.Properties ?? {});
    const resourceType = typeOf(types, logicalId, resource.Type);
    const request = { logicalId, type: resource.Type, properties, stack };
    if (resourceType.reads !== 'any') allowOnly(request, [...resourceType.reads, ...(resourceType.ignores ?? [])]);
    const reference = await resourceType.create(request);
    intrinsics.define(logicalId, reference);
    physicalIds.set(logicalId, reference.ref);
  }
  const outputs = Object.entries(template.Outputs ?? {})
    .filter(([, { Condition }]) => Condition === undefined || intrinsics.condition(Condition))
    .map(([name, { Value }]) => [name, outputText(intrinsics.resolve(Value))] as const);
  return { physicalIds, outputs: Object.fromEntries(outputs) };
}

function typeOf(types: ResourceTypes, logicalId: string, name: string): ResourceType {
  const type = types[name] ?? types[`${name.split('::')[0]}::*`];
  if (!type) throw new TemplateError(`${logicalId}: resource type ${name} is not embedded here`);
  return type;
}

function outputText(value: TemplateValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
