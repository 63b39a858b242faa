import type { ResourceReference } from './intrinsics';
import { TemplateError, type TemplateObject } from './template';

/** Name and place of a stack. The names and ARNs of its resources are made from these. */
export interface StackIdentity {
  readonly stackName: string;
  readonly region: string;
  readonly account: string;
}

/** One resource of a template that is to be made. */
export interface ResourceRequest {
  readonly logicalId: string;
  readonly type: string;
  /** Resolved: no intrinsic is left. */
  readonly properties: TemplateObject;
  readonly stack: StackIdentity;
}

/** One resource type: which properties it may have, and how a resource of it is made. */
export interface ResourceType {
  /** Properties that are read. `any`: every property is accepted. */
  readonly reads: readonly string[] | 'any';
  /** Properties that are accepted and have no effect here. Every other one is refused by name. */
  readonly ignores?: readonly string[];
  /**
   * Makes the resource and returns what `Ref` and `Fn::GetAtt` give. Throws a `TemplateError` for what it cannot do.
   */
  create(request: ResourceRequest): ResourceReference | Promise<ResourceReference>;
}

/** Resource types by their CloudFormation name. A name that ends in `*` stands for all that begin like it. */
export type ResourceTypes = Readonly<Record<string, ResourceType>>;

/** `arn:aws:<service>:<region>:<account>:<resource>`. */
export function arnOf({ stack }: Pick<ResourceRequest, 'stack'>, service: string, resource: string): string {
  return `arn:aws:${service}:${stack.region}:${stack.account}:${resource}`;
}

/** The name that the template gives, or one made from stack and logical id, as CloudFormation does. */
export function physicalName({ logicalId, properties, stack }: ResourceRequest, property: string): string {
  const given = properties[property];
  return given === undefined ? `${stack.stackName}-${logicalId}` : String(given);
}

/** Refuses every property that is not listed, because to ignore one could change what runs. */
export function allowOnly(request: ResourceRequest, properties: readonly string[]): void {
  const unknown = Object.keys(request.properties).find((property) => !properties.includes(property));
  if (unknown !== undefined) {
    throw new TemplateError(`${request.logicalId} (${request.type}): property ${unknown} is not supported`);
  }
}

/** A number of the properties, or its default. */
export function numberOf(properties: TemplateObject, property: string, fallback: number): number {
  const value = properties[property];
  return value === undefined ? fallback : Number(value);
}
