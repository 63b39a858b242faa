import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bits of the rights of the group and of everybody else. */
const OTHERS = 0o077;

/** Others may read the folder, and it cannot be helped here. The message is for the terminal. */
export class SharedFolderError extends Error {
  override readonly name = 'SharedFolderError';
}

/**
 * Makes a folder that only its owner may enter (0700), with files that only the owner may read (0600), because password
 * hashes, secrets and private keys are in it. A folder that others may enter is tightened, with all that is in it, and
 * true is returned. `own` names what this program keeps there: rights of a folder with other things in it are not
 * changed, and a `SharedFolderError` is thrown instead.
 */
export function makeOwnerOnly(folder: string, own: readonly string[]): boolean {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return false;
  }
  const isShared = (statSync(folder).mode & OTHERS) !== 0;
  const foreign = isShared ? readdirSync(folder).find((name) => !own.includes(name)) : undefined;
  if (foreign !== undefined) {
    throw new SharedFolderError(
      `${folder} may be read by others and holds ${foreign}, which is not ours: name another folder, or chmod 700 it`,
    );
  }
  try {
    const changed = own.map((name) => tighten(join(folder, name)));
    if (isShared) chmodSync(folder, 0o700);
    return isShared || changed.includes(true);
  } catch (error) {
    throw new SharedFolderError(`${folder} may be read by others: ${String(error)}`, { cause: error });
  }
}

/** True when the rights had to be changed, of the path or of something in it. */
function tighten(path: string): boolean {
  if (!existsSync(path)) return false;
  const status = statSync(path);
  const isShared = (status.mode & OTHERS) !== 0;
  if (isShared) chmodSync(path, status.mode & ~OTHERS & 0o777);
  if (!status.isDirectory()) return isShared;
  const within = readdirSync(path).map((name) => tighten(join(path, name)));
  return isShared || within.includes(true);
}
