import { systemClock } from '../../src/clock';
import { EmbeddedCloud } from '../../src/cloud';
import type { EmbeddedCloudOptions } from '../../src/options';
import type { Template } from '../../src/template/template';
import { functionAssets } from './function-assets';

/** A running cloud and the lines that it logged. */
export interface TestCloud {
  readonly cloud: EmbeddedCloud;
  readonly logs: string[];
  close(): Promise<void>;
}

/** Runs a template with the given handlers on free ports. */
export async function startCloud(
  resources: Template['Resources'],
  handlers: Readonly<Record<string, string>> = {},
  options: Partial<EmbeddedCloudOptions> & { readonly template?: Partial<Template> } = {},
): Promise<TestCloud> {
  const { template, ...rest } = options;
  const { assets, remove } = functionAssets(handlers);
  const logs: string[] = [];
  const cloud = await EmbeddedCloud.start({
    assembly: { stackName: 'test', template: { ...template, Resources: resources }, assets },
    clock: systemClock,
    retryDelays: [5, 10],
    onLog: (source, line) => logs.push(`${source}: ${line}`),
    ...rest,
  });
  const close = async (): Promise<void> => {
    await cloud.close();
    remove();
  };
  return { cloud, logs, close };
}
