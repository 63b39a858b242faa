import { printJson } from '../../base/exact-json';
import type { Change } from '../changes';

/** Members that are kept of an object that is too large to be sent. They are enough to fetch it. */
const REFERENCE_MEMBERS = ['id', 'source', 'deviceId', 'agentId', 'type', 'time', 'status'] as const;
/** JSON characters of a kept member; a longer one is dropped too. */
const REFERENCE_CHARACTERS = 256;
/** The member that marks a reduced object. It holds the object's size in bytes. */
const TRUNCATED = 'cirrus_Truncated';

/** The change with an object that is reduced to what identifies it. */
export function reduced(change: Change): Change {
  const { object } = change;
  const kept = REFERENCE_MEMBERS.flatMap((name) => {
    const value = object[name];
    return value !== undefined && printJson(value).length <= REFERENCE_CHARACTERS ? [[name, value] as const] : [];
  });
  const bytes = Buffer.byteLength(printJson(object));
  return { ...change, object: { ...Object.fromEntries(kept), [TRUNCATED]: { bytes } } };
}
