import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { type CustomResource, type CustomResourceRequest, serveCustomResource } from '../lib/base/aws/custom-resource';
import { processClock } from '../lib/base/clock';
import { eventRuleEnvironment } from '../lib/base/environment';
import { Listeners } from '../lib/changes/listeners';
import { Table } from '../lib/storage/table';

const properties = z.object({
  Tenant: z.string().check(z.minLength(1)),
  /** ARN of the rule. */
  Rule: z.string().check(z.startsWith('arn:')),
});
const environment = eventRuleEnvironment();
const registry = new Table(new DynamoDBClient({}), environment.registryTable);
const listeners = new Listeners({ registry, clock: processClock() });

/** The custom resource of `cdk/event-rule.ts`: a tenant's changes go to the event bus while the tenant has a rule. */
export const handler = (event: unknown): Promise<void> => serveCustomResource(event, serve);

async function serve({ RequestType, ResourceProperties }: CustomResourceRequest): Promise<CustomResource> {
  const { Tenant, Rule } = properties.parse(ResourceProperties);
  if (RequestType === 'Delete') await listeners.removeRule(Tenant, Rule);
  else await listeners.addRule(Tenant, Rule);
  // another tenant or rule gives another id, so that CloudFormation deletes the resource with the old one
  return { physicalId: `${Tenant} ${Rule}` };
}
