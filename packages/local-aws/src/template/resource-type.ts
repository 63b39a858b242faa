import type { ResourceInput } from '../services';
import type { ResourceReference } from './intrinsics';
import { TemplateError, type TemplateObject } from './template';

/** Makes one resource and says what `Ref` and `Fn::GetAtt` of it give. */
export type ResourceFactory = (input: ResourceInput) => ResourceReference | Promise<ResourceReference>;
export type ResourceFactories = Readonly<Record<string, ResourceFactory>>;

/** `arn:aws:<service>:<region>:<account>:<resource>`. */
export function arnOf({ services }: ResourceInput, service: string, resource: string): string {
  return `arn:aws:${service}:${services.region}:${services.account}:${resource}`;
}

/** The name the template gives, or one made of stack and logical id as CloudFormation would. */
export function physicalName({ logicalId, properties, services }: ResourceInput, property: string): string {
  const given = properties[property];
  return given === undefined ? `${services.stackName}-${logicalId}` : String(given);
}

/** Refuses properties that are neither read nor without effect here, because ignoring one would change what runs. */
export function allowOnly(input: ResourceInput, properties: readonly string[]): void {
  const unknown = Object.keys(input.properties).find((property) => !properties.includes(property));
  if (unknown !== undefined) {
    throw new TemplateError(`${input.logicalId} (${input.type}): property ${unknown} is not supported`);
  }
}

/** A number of the properties, or its default. */
export function numberOf(properties: TemplateObject, property: string, fallback: number): number {
  const value = properties[property];
  return value === undefined ? fallback : Number(value);
}
