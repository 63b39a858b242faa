import { CHILD, EVERY_MODE, type Protocol, type ReplyRows, type RowReply } from '../../protocol';
import { errorRow } from '../errors';
import { publishRefusal, readText } from '../payload';
import { spell } from '../refusals';
import { decodeStatic } from './decode';
import { TEMPLATE_CATALOGUE } from './describe';
import { replyRow, staticRows } from './downlink';

/** Replies and operations. */
const DOWNLINK = 's/ds';
/** Refused rows, for debugging. */
const ERRORS = 's/e';

const titles: ReadonlyMap<string, string> = new Map(TEMPLATE_CATALOGUE.map(({ id, title }) => [id, title]));

/** SmartREST 2.0's static templates: fixed rows for what most devices do. */
export const smartRestStatic: Protocol = {
  uplinks: [
    {
      name: 'static',
      description: 'SmartREST static templates of the device itself',
      modes: EVERY_MODE,
      levels: ['us'],
    },
    {
      name: 'static_child',
      description: 'SmartREST static templates for a child device or service',
      modes: EVERY_MODE,
      levels: ['us', { param: CHILD, rest: true }],
    },
  ],
  downlinks: [
    { levels: ['s', 'ds'], carriesOperations: true },
    { levels: ['s', 'e'], carriesOperations: false },
  ],
  decode: (payload, address) => decodeStatic(readText(payload), address),
  refusePublish: (fault) =>
    publishRefusal(fault, 'SmartREST rows on s/us (t/us, q/us, c/us for the other modes), s/us/<childId> for a child'),
  spell,
  writeReply,
  writeOperation: (operation) => [{ topic: DOWNLINK, rows: staticRows(operation) }],
  titleOf: (template) => titles.get(template),
};

/** Answers, then pending operations, at once; refusals where the device listens for them. */
function writeReply(rows: readonly RowReply[]): readonly ReplyRows[] {
  const answers: string[][] = [];
  const pending: (readonly string[])[] = [];
  const errors: string[][] = [];
  for (const row of rows) {
    if ('refusal' in row) errors.push([errorRow(row.refusal.code, row.template, row.refusal.text)]);
    else if (row.reply.kind !== 'pendingOperations') answers.push([replyRow(row.reply)]);
    else pending.push(...row.reply.operations.map(staticRows));
  }
  return [
    { topic: DOWNLINK, groups: answers, onlyIfSubscribed: false },
    { topic: DOWNLINK, groups: pending, onlyIfSubscribed: false },
    { topic: ERRORS, groups: errors, onlyIfSubscribed: true },
  ];
}
