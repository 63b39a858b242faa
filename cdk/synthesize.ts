import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import cdk from '../cdk.json' with { type: 'json' };
import { cirrusPropsFrom } from './context';
import { CirrusStack } from './stack';

export const STACK_NAME = 'Cirrus';

export interface SynthesisOptions {
  /** Context keys, as in `cdk synth -c key=value`. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Where the assembly is written; a temporary folder when left out. */
  readonly outdir?: string;
  /** Adds the caller's own constructs to the stack, such as rules on its event bus. */
  readonly extend?: (stack: CirrusStack) => void;
  /** Whether CDK checks the template against CloudFormation's rules, which takes seconds. Default true. */
  readonly validate?: boolean;
}

/** The app of `cdk.json` with its feature flags, which the CDK command line would otherwise pass in. */
export function cirrusApp({ context, outdir, extend, validate = true }: SynthesisOptions = {}): App {
  const app = new App({
    context: { ...cdk.context, ...context },
    builtinCloudFormationValidation: validate,
    ...(outdir !== undefined && { outdir }),
  });
  const stack = new CirrusStack(app, STACK_NAME, cirrusPropsFrom(app.node));
  extend?.(stack);
  return app;
}

/** Synthesizes without the command line, which is seconds faster. */
export function synthesize(options: SynthesisOptions = {}): CloudAssembly {
  return cirrusApp(options).synth();
}
