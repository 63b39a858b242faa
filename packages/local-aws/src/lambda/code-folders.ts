import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isTemplateObject, TemplateError, type TemplateValue } from '../template/template';

/** Where the code of a function is. */
interface CodeLocation {
  readonly directory: string;
  /** The module that exports the handler. */
  readonly modulePath: string;
}

/** Finds the code of functions on this machine. It makes temporary folders for some of it, until `close`. */
export class CodeFolders {
  readonly #assets: ReadonlyMap<string, string>;
  readonly #made: string[] = [];

  /** `assets`: S3 object key → directory. */
  constructor(assets: ReadonlyMap<string, string>) {
    this.#assets = assets;
  }

  /** The code of a function whose handler is in the module `file`. Raises a `TemplateError` naming the function. */
  locate(functionName: string, code: TemplateValue | undefined, file: string): CodeLocation {
    if (!isTemplateObject(code)) throw new TemplateError(`function ${functionName}: Code is missing`);
    const isInline = typeof code.ZipFile === 'string';
    const directory = isInline
      ? this.#inline(String(code.ZipFile), file)
      : this.#asset(functionName, String(code.S3Key));
    const modulePath = findModule(functionName, directory, file);
    if (!modulePath.endsWith('.js') || !isInModuleScope(directory)) return { directory, modulePath };
    const copy = this.#asCommonJs(directory);
    return { directory: copy, modulePath: join(copy, `${file}.js`) };
  }

  /** Removes the folders made here. */
  close(): void {
    for (const folder of this.#made.splice(0)) rmSync(folder, { recursive: true, force: true });
  }

  #asset(functionName: string, key: string): string {
    const directory = this.#assets.get(key);
    if (directory === undefined) {
      throw new TemplateError(`function ${functionName}: asset ${key} is not in the assembly`);
    }
    if (!existsSync(directory) || !statSync(directory).isDirectory()) {
      throw new TemplateError(`function ${functionName}: asset ${directory} is not a directory`);
    }
    return directory;
  }

  #inline(source: string, file: string): string {
    const directory = this.#make('lambda-inline-');
    writeFileSync(join(directory, `${file}.cjs`), source);
    return directory;
  }

  #asCommonJs(directory: string): string {
    const copy = this.#make('lambda-code-');
    cpSync(directory, copy, { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{"type":"commonjs"}');
    return copy;
  }

  #make(prefix: string): string {
    const folder = mkdtempSync(join(tmpdir(), prefix));
    this.#made.push(folder);
    return folder;
  }
}

function findModule(functionName: string, directory: string, file: string): string {
  const path = ['.mjs', '.js', '.cjs'].map((extension) => join(directory, `${file}${extension}`)).find(existsSync);
  if (path === undefined) throw new TemplateError(`function ${functionName}: no module ${file} in ${directory}`);
  return path;
}

/**
 * Whether Node would take a `.js` file of this folder for an ES module because of a package.json above the folder. In
 * Lambda there is nothing above the code, and such a file is CommonJS. Here an assembly may be in a project of ES
 * modules.
 */
function isInModuleScope(directory: string): boolean {
  if (existsSync(join(directory, 'package.json'))) return false;
  for (let folder = dirname(directory); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown }).type === 'module';
    if (folder === dirname(folder)) return false;
  }
}
