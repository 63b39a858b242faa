import { apigatewayResources } from '../apigateway/resources';
import { createCustomResource, isCustomResource } from '../cloudformation/custom-resources';
import { cloudfrontResources } from '../cloudfront/resources';
import { dynamodbResources } from '../dynamodb/resources';
import { eventsResources } from '../eventbridge/resources';
import { iamResources } from '../iam/resources';
import { inertResources } from '../inert/resources';
import { iotResources } from '../iot/resources';
import { lambdaResources } from '../lambda/resources';
import type { Services } from '../services';
import { sqsResources } from '../sqs/resources';
import { ssmResources } from '../ssm/resources';
import type { Assembly } from './assembly';
import { Intrinsics } from './intrinsics';
import { creationOrder } from './order';
import type { ResourceFactories, ResourceFactory } from './resource-type';
import { TemplateError, type TemplateValue } from './template';

const factories: ResourceFactories = {
  ...iamResources,
  ...lambdaResources,
  ...sqsResources,
  ...dynamodbResources,
  ...ssmResources,
  ...apigatewayResources,
  ...cloudfrontResources,
  ...iotResources,
  ...eventsResources,
  ...inertResources,
};

/** What became of a template: the physical ids by logical id, and the outputs. */
export interface Deployment {
  readonly physicalIds: ReadonlyMap<string, string>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Makes every resource of the template, each after those it refers to. Raises a `TemplateError` naming what cannot be. */
export async function deploy(
  { template }: Assembly,
  services: Services,
  parameters: Readonly<Record<string, string>>,
): Promise<Deployment> {
  const { region, account: accountId, stackName } = services;
  const pseudo = { region, accountId, stackName, partition: 'aws', urlSuffix: 'amazonaws.com' };
  const intrinsics = new Intrinsics(template, pseudo, parameters);
  const physicalIds = new Map<string, string>();
  for (const [logicalId, { Type }] of Object.entries(template.Resources)) factoryOf(logicalId, Type);
  for (const logicalId of creationOrder(template)) {
    const resource = template.Resources[logicalId];
    if (!resource || (resource.Condition !== undefined && !intrinsics.condition(resource.Condition))) continue;
    const properties = intrinsics.resolveObject(resource.Properties ?? {});
    const factory = factoryOf(logicalId, resource.Type);
    const reference = await factory({ logicalId, type: resource.Type, properties, services });
    intrinsics.define(logicalId, reference);
    physicalIds.set(logicalId, reference.ref);
  }
  const outputs = Object.entries(template.Outputs ?? {})
    .filter(([, { Condition }]) => Condition === undefined || intrinsics.condition(Condition))
    .map(([name, { Value }]) => [name, outputText(intrinsics.resolve(Value))] as const);
  return { physicalIds, outputs: Object.fromEntries(outputs) };
}

function factoryOf(logicalId: string, type: string): ResourceFactory {
  if (isCustomResource(type)) return createCustomResource;
  const factory = factories[type];
  if (!factory) throw new TemplateError(`${logicalId}: resource type ${type} is not embedded here`);
  return factory;
}

function outputText(value: TemplateValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
