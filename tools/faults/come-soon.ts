import type { Uplink } from '../../lib/mqtt/ingest';
import type { Day } from './day';

/**
 * Whether a message that waits in the failure queue has to be handed over again before the next burst of the day, which
 * comes minutes later. All others are exact whenever they come. What has to come soon:
 *
 * - rows whose effect builds on the ones before it. What was kept of those is forgotten after some minutes
 *   (docs/data-model.md#the-journal)
 * - what makes a device. Without it the device does not exist, or is made by later data. What is said of a device that
 *   does not exist is refused, and what names it later is right, because nothing else has named it. For a device that
 *   its data makes, this is not always the first message on its topic: a status makes nothing, and a `102` that comes
 *   twenty minutes after the data does nothing, but makes a service when the data has not come yet
 * - a status row about an operation whose fragment several operations of its device have. A row without an id means the
 *   oldest one in a status. While the first row waits, the device reports on the next of these operations without its
 *   id, and that report takes the one that the waiting row is about, whether that row has an id or not. Nobody can tell.
 *   A fragment that only one operation of the device has leaves nothing to take by mistake
 */
export function mustComeSoon({ payload, topic, messageId, clientId }: Uplink, day: Day): boolean {
  const rows = Buffer.from(payload, 'base64').toString('utf8').split('\n');
  const device = topic.split('/')[2] ?? clientId;
  if (rows.some((row) => meansOneOfSeveral(row, device, day))) return true;
  if (rows.some((row) => FOLDED.has(row.slice(0, 3)) || CREATES.has(row.slice(0, 3)))) return true;
  const target = topic.slice(topic.indexOf('/'));
  const first = day.publishes.find((one) => one.topic.endsWith(target) && one.payload.split('\n').some(makesDevice));
  return first?.messageId === messageId;
}

/** Whether a row creates the device that it is about, where there is none. */
const makesDevice = (row: string): boolean => !CREATES_NOTHING.has(row.slice(0, 3));

/** Whether a row reports on an operation, and the device gets several that a row without an id could be about. */
function meansOneOfSeveral(row: string, device: string, { operations }: Day): boolean {
  const [template = '', fragment = ''] = row.split(',');
  if (!BY_FRAGMENT.has(template) && !BY_ID.has(template)) return false;
  const names = operations.filter(({ serial }) => serial === device).map(({ fragments }) => Object.keys(fragments)[0]);
  // ids differ between runs, so a row with one can be about any operation of its device
  if (BY_ID.has(template)) return new Set(names).size < names.length;
  return names.filter((name) => name === fragment).length > 1;
}

const BY_ID: ReadonlySet<string> = new Set(['504', '505', '506']);
const BY_FRAGMENT: ReadonlySet<string> = new Set(['501', '502', '503', '507']);
const FOLDED: ReadonlySet<string> = new Set([
  ...['140', '141', '142'],
  ...['301', '302', '303', '304', '305', '306', '307'],
  ...['407', '408'],
]);
const CREATES: ReadonlySet<string> = new Set(['100', '101', '102']);
/** docs/reference/mqtt-implementation.md#automatic-creation-of-devices */
const CREATES_NOTHING: ReadonlySet<string> = new Set(['104', '600', '602']);
