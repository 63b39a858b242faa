import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CirrusProps } from '../../cdk/cirrus';
import { CirrusStack } from '../../cdk/stack';
import { cirrusApp, STACK_NAME } from '../../cdk/synthesize';

export type Properties = { readonly [name: string]: unknown };
export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}
export type Resources = { readonly [logicalId: string]: Resource };

/** Tests of the template need no bundles; `bundles.test.ts` makes them. */
export const WITHOUT_BUNDLES = { 'aws:cdk:bundling-stacks': [] };

/** The template of `cdk synth -c …`, without bundling. */
export function templateOf(context: Readonly<Record<string, unknown>> = {}): Template {
  return templateOfApp(cirrusApp({ context: { ...context, ...WITHOUT_BUNDLES } }));
}

/** The template of an app's Cirrus stack. */
export function templateOfApp(app: App): Template {
  const stack = app.node.findChild(STACK_NAME);
  if (!(stack instanceof CirrusStack)) throw new Error('the app has no Cirrus stack');
  return Template.fromStack(stack);
}

/** The template of the construct with these properties, without bundling. */
export function templateWith(props: CirrusProps): Template {
  return Template.fromStack(new CirrusStack(new App({ context: WITHOUT_BUNDLES }), 'Test', props));
}

export function resourcesOf(template: Template, type?: string): Resources {
  const all = template.toJSON().Resources as Resources;
  return Object.fromEntries(Object.entries(all).filter(([, resource]) => type === undefined || resource.Type === type));
}
