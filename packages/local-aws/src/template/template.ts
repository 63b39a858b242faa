/** A value in a CloudFormation template. It may hold intrinsic functions until it is resolved. */
export type TemplateValue =
  | null
  | boolean
  | number
  | string
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };
/** An object in a CloudFormation template. */
export type TemplateObject = { readonly [key: string]: TemplateValue };

/** One resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: TemplateObject;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly Metadata?: TemplateObject;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

interface TemplateOutput {
  readonly Value: TemplateValue;
  readonly Condition?: string;
  readonly Description?: string;
}

interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string;
}

/** The parts of a CloudFormation template that this cloud reads. */
export interface Template {
  readonly Resources: { readonly [logicalId: string]: TemplateResource };
  readonly Parameters?: { readonly [name: string]: TemplateParameter };
  readonly Conditions?: { readonly [name: string]: TemplateValue };
  readonly Mappings?: {
    readonly [name: string]: { readonly [key: string]: { readonly [key: string]: TemplateValue } };
  };
  readonly Outputs?: { readonly [name: string]: TemplateOutput };
}

/** The template is not valid, or asks for something that this cloud cannot run. Thrown at the start, never later. */
export class TemplateError extends Error {
  override readonly name: string = 'TemplateError';
}

/** Narrows a template value to an object. */
export function isTemplateObject(value: TemplateValue | undefined): value is TemplateObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
