import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import cdk from '../cdk.json' with { type: 'json' };
import { cirrusPropsFrom } from './context';
import { CirrusStack } from './stack';

export const STACK_NAME = 'Cirrus';

/** The app of `cdk.json` with its feature flags, which the CDK command line would otherwise pass in. */
export function cirrusApp(options: { context?: Readonly<Record<string, unknown>>; outdir?: string } = {}): App {
  const app = new App({
    context: { ...cdk.context, ...options.context },
    ...(options.outdir !== undefined && { outdir: options.outdir }),
  });
  new CirrusStack(app, STACK_NAME, cirrusPropsFrom(app.node));
  return app;
}

/**
 * Synthesizes without the command line, which is seconds faster.
 * @param options.context keys as of `cdk synth -c key=value`
 * @param options.outdir where the assembly is written; a temporary folder when left out
 */
export function synthesize(
  options: { context?: Readonly<Record<string, unknown>>; outdir?: string } = {},
): CloudAssembly {
  return cirrusApp(options).synth();
}
