import { expect, it } from 'vitest';
import { stoppedLine } from '../../local/announce';
import { OWN_CLOUD } from '../../local/options';

it.each([
  ['nothing is left', {}, 0, 0, 'stopped: 0 accepted messages were not handled'],
  [
    'it was in memory',
    {},
    2,
    1,
    'stopped: 3 accepted messages were not handled (2 for functions, 1 in queues), lost, because there is no --data',
  ],
  [
    'there is a folder',
    { dataDir: 'here' },
    1,
    0,
    'stopped: 1 accepted message was not handled (1 for functions, 0 in queues), kept in here',
  ],
])('the last line when %s', (_, options, events, messages, line) => {
  expect(stoppedLine({ ...OWN_CLOUD, ...options }, { events, messages })).toBe(line);
});
