import type { Change } from '../changes';

/** What is kept of an object that is too large to be sent: enough to fetch it. */
const REFERENCE_MEMBERS = ['id', 'source', 'deviceId', 'agentId', 'type', 'time', 'status'] as const;
const REFERENCE_CHARACTERS = 256;
/** The marker of a reference, with the bytes the object has. */
const TRUNCATED = 'cirrus_Truncated';

/** A change whose object is reduced to what identifies it. */
export function reduced(change: Change): Change {
  const { object } = change;
  const kept = REFERENCE_MEMBERS.flatMap((name) => {
    const value = object[name];
    return value !== undefined && JSON.stringify(value).length <= REFERENCE_CHARACTERS ? [[name, value] as const] : [];
  });
  const bytes = Buffer.byteLength(JSON.stringify(object));
  return { ...change, object: { ...Object.fromEntries(kept), [TRUNCATED]: { bytes } } };
}
