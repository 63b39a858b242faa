import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Template, TemplateError } from './template';

/** One synthesized stack: its template, and where its assets are on disk. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** S3 object key of an asset → directory or file on this machine. */
  readonly assets: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, ManifestArtifact>>;
}
interface ManifestArtifact {
  readonly type: string;
  readonly properties?: { readonly templateFile?: string; readonly stackName?: string };
}
interface AssetManifest {
  readonly files?: Readonly<Record<string, AssetFile>>;
}
interface AssetFile {
  readonly source: { readonly path?: string };
  readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
}

/**
 * Reads a cloud assembly as `cdk synth` writes it: `manifest.json`, one `<stack>.template.json`, the asset manifests.
 * `stackName` chooses one of several stacks. Throws a `TemplateError` when there is not exactly one.
 */
export function readAssembly(directory: string, stackName?: string): Assembly {
  const manifest = readJson<Manifest>(join(directory, 'manifest.json'));
  const artifacts = Object.entries(manifest.artifacts ?? {});
  const stacks = artifacts
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, artifact]) => ({ name: artifact.properties?.stackName ?? id, file: artifact.properties?.templateFile }))
    .filter((stack) => stackName === undefined || stack.name === stackName);
  const [stack] = stacks;
  if (!stack?.file) throw new TemplateError(`no stack${stackName ? ` ${stackName}` : ''} in ${directory}`);
  if (stacks.length > 1) {
    throw new TemplateError(`several stacks in ${directory}: ${stacks.map(({ name }) => name).join(', ')}; name one`);
  }
  const assets = new Map<string, string>();
  for (const [, artifact] of artifacts) {
    const file = artifact.type === 'cdk:asset-manifest' ? (artifact.properties as { file?: string }).file : undefined;
    if (file !== undefined) collectAssets(directory, readJson<AssetManifest>(join(directory, file)), assets);
  }
  return { stackName: stack.name, template: readJson<Template>(join(directory, stack.file)), assets };
}

function collectAssets(directory: string, manifest: AssetManifest, assets: Map<string, string>): void {
  for (const { source, destinations } of Object.values(manifest.files ?? {})) {
    if (source.path === undefined) continue;
    for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(directory, source.path));
  }
}

function readJson<T>(file: string): T {
  if (!existsSync(file)) throw new TemplateError(`${file} does not exist`);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
