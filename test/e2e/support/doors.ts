import type { ProcessingMode } from '../../../lib/changes/modes';
import type { ProvidedCirrus } from './cirrus';
import { Device, newSerial } from './device';
import { Rest } from './rest';

/** The kinds of thing a message can be about, as docs/processing-modes.md#processing-modes names them. */
export const KINDS = ['measurement', 'event', 'alarm', 'inventory change', 'operation'] as const;
export type Kind = (typeof KINDS)[number];

/** The processing modes: the first letter of a topic, and the value of the HTTP header. */
export const MODES: Readonly<Record<string, ProcessingMode>> = {
  s: 'PERSISTENT',
  t: 'TRANSIENT',
  q: 'QUIESCENT',
  c: 'CEP',
};

/** A connected device that exists in the inventory. Each mode has one of its own. */
export interface Sender {
  readonly letter: string;
  readonly mode: ProcessingMode;
  readonly device: Device;
  readonly id: string;
}

/**
 * A way into the platform. Each function sends something of one kind. `marker` is a word that only this message has.
 */
export type Door = Readonly<Record<Kind, (from: Sender, marker: string, rest: Rest) => Promise<void>>>;

const TIME = '2026-02-03T04:05:06.000Z';
const NEVER_REFUSED = [200, 201];

async function newSender(cirrus: ProvidedCirrus, letter: string, mode: ProcessingMode): Promise<Sender> {
  const device = await Device.connect(cirrus, { clientId: newSerial(`matrix-${letter}`) });
  await device.subscribe('s/ds', 's/e');
  await device.publish('s/us', ['100,matrix,matrix', '114,c8y_Restart']);
  const { id } = await new Rest(cirrus).device(device.clientId);
  return { letter, mode, device, id };
}

/** One sender per mode. */
export async function newSenders(cirrus: ProvidedCirrus): Promise<readonly Sender[]> {
  return Promise.all(Object.entries(MODES).map(([letter, mode]) => newSender(cirrus, letter, mode)));
}

const row =
  (text: (marker: string) => string) =>
  ({ device, letter }: Sender, marker: string): Promise<void> =>
    device.publish(`${letter}/us`, text(marker));

const request =
  (method: 'post' | 'put', path: (id: string) => string, body: (id: string, marker: string) => object) =>
  async ({ id, mode }: Sender, marker: string, rest: Rest): Promise<void> => {
    const headers = { 'X-Cumulocity-Processing-Mode': mode };
    const { status } = await rest[method](path(id), body(id, marker), headers);
    if (!NEVER_REFUSED.includes(status)) throw new Error(`${method} ${path(id)} in ${mode}: ${status}`);
  };

export const DOORS: Readonly<Record<string, Door>> = {
  'static template': {
    measurement: row((marker) => `200,${marker},T,1`),
    event: row((marker) => `400,${marker},said`),
    alarm: row((marker) => `302,${marker},said`),
    'inventory change': row((marker) => `114,${marker}`),
    // the device can only change an operation that it has received
    operation: async (from, marker, rest) => {
      await rest.createOperation(from.id, { c8y_Restart: {} });
      await from.device.waitFor('s/ds', (text) => text.startsWith('510'));
      await from.device.publish(`${from.letter}/us`, ['501,c8y_Restart', `502,c8y_Restart,${marker}`]);
    },
  },
  'REST header': {
    measurement: request(
      'post',
      () => '/measurement/measurements',
      (id, marker) => ({ source: { id }, type: marker, time: TIME, [marker]: { T: { value: 1 } } }),
    ),
    event: request(
      'post',
      () => '/event/events',
      (id, marker) => ({ source: { id }, type: marker, text: 'said', time: TIME }),
    ),
    alarm: request(
      'post',
      () => '/alarm/alarms',
      (id, marker) => ({ source: { id }, type: marker, text: 'said', severity: 'MAJOR', time: TIME }),
    ),
    'inventory change': request(
      'put',
      (id) => `/inventory/managedObjects/${id}`,
      (_id, marker) => ({ [marker]: { said: true } }),
    ),
    operation: request(
      'post',
      () => '/devicecontrol/operations',
      (deviceId, marker) => ({ deviceId, c8y_Restart: {}, [marker]: {} }),
    ),
  },
};
