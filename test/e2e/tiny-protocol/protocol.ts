import { messageOf } from '../../../lib/api/error-body';
import type { Connection } from '../../../lib/connections/connection-items';
import type { Command, OperationSelector } from '../../../lib/platform/commands';
import type { Operation } from '../../../lib/platform/model';
import {
  CHILD,
  type DecodedRow,
  EVERY_MODE,
  type Protocol,
  type ReplyRows,
  type RowReply,
  type SpelledRefusal,
} from '../../../lib/protocols/protocol';

const ROOM = 'room';
const REFUSED = 's/ez';

/** A protocol of five words, one line each; replies and operations come on a topic of the room the device talks in. */
export const tiny: Protocol = {
  uplinks: [
    { name: 'tiny', description: 'Tiny, of the device itself', modes: EVERY_MODE, levels: ['uz', { param: ROOM }] },
    {
      name: 'tiny_child',
      description: 'Tiny, of a child device',
      modes: EVERY_MODE,
      levels: ['uz', { param: ROOM }, { param: CHILD, rest: true }],
    },
  ],
  downlinks: [
    { levels: ['s', 'dz', { param: ROOM }], carriesOperations: true },
    { levels: ['s', 'ez'], carriesOperations: false },
  ],
  decode: (payload) => Buffer.from(payload).toString('utf8').split('\n').map(decodeLine),
  refusePublish: (fault) =>
    fault.kind === 'tooLarge'
      ? refusal('too-long', `${fault.bytes} bytes of ${fault.limit}`)
      : refusal('where', `nobody reads ${fault.topic}`),
  spell: (refused) => refusal('cannot', messageOf(refused)),
  writeReply: (rows, { params }) => writeReply(rows, `s/dz/${params[ROOM]}`),
  writeOperation: (operation, connection) =>
    roomsOf(connection).map((topic) => ({ topic, rows: operationRows(operation) })),
  titleOf: (word) => (word === 'warm' ? 'Temperature' : undefined),
};

const refusal = (code: string, text: string): SpelledRefusal => ({ code, text, remedy: 'read the five words again' });

function decodeLine(line: string, index: number): DecodedRow {
  const [word = '', value = ''] = line.split(' ');
  const commands = commandsOf(word, value);
  return commands.length > 0
    ? { row: index + 1, template: word, ok: true, commands }
    : { row: index + 1, template: word, ok: false, refusal: refusal('what', `no word ${word}`) };
}

function commandsOf(word: string, value: string): readonly Command[] {
  switch (word) {
    case 'warm':
      return [{ kind: 'createMeasurement', type: 'tiny', fragments: { tiny: { T: { value: Number(value) } } } }];
    case 'who':
      return [{ kind: 'ask', question: 'managedObjectId' }];
    case 'todo':
      return [{ kind: 'ask', question: 'pendingOperations' }];
    case 'start':
      return [update({ by: 'oldest', fragment: value, from: 'PENDING' }, 'EXECUTING')];
    case 'done':
      return [update({ by: 'oldest', fragment: value, from: 'EXECUTING' }, 'SUCCESSFUL')];
    default:
      return [];
  }
}

const update = (select: OperationSelector, status: 'EXECUTING' | 'SUCCESSFUL'): Command => ({
  kind: 'updateOperations',
  select,
  status,
  parameters: [],
});

function writeReply(rows: readonly RowReply[], room: string): readonly ReplyRows[] {
  const said: (readonly string[])[] = [];
  const refused: string[][] = [];
  for (const row of rows) {
    if ('refusal' in row) refused.push([`${row.refusal.code}: ${row.refusal.text}`]);
    else if (row.reply.kind === 'managedObjectId') said.push([`you are ${row.reply.id}`]);
    else if (row.reply.kind === 'pendingOperations') said.push(...row.reply.operations.map(operationRows));
  }
  return [
    { topic: room, groups: said, onlyIfSubscribed: false },
    { topic: REFUSED, groups: refused, onlyIfSubscribed: true },
  ];
}

const operationRows = ({ fragments }: Operation): readonly string[] =>
  Object.keys(fragments)
    .filter((name) => name.startsWith('acme_'))
    .map((name) => `do ${name}`);

const roomsOf = ({ topics }: Connection): readonly string[] =>
  Object.keys(topics).filter((filter) => filter.startsWith('s/dz/'));
