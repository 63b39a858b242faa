import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCirrus } from '../../../local/cirrus';
import { c8yClient, subscribe } from '../support/bayeux';
import { provided, startTestCirrus } from '../support/cirrus';
import { eventually } from '../support/eventually';
import { Stage } from './stage';

const HOUR = 3_600_000;

/** Time moves here, so nobody else may live in this cloud. */
let cirrus: RunningCirrus;

beforeAll(async () => {
  cirrus = await startTestCirrus();
});
afterAll(() => cirrus.close());

describe('a device that must be heard of every half hour', () => {
  it('gets an alarm from the schedule after an hour of silence, and loses it with its next message', async () => {
    const stage = await Stage.open(provided(cirrus), 'silent-1');
    await stage.say('100', '117,30');
    const { id } = await stage.rest.device(stage.serial);
    const alarms = () => stage.rest.list(`/alarm/alarms?source=${id}`, 'alarms');
    const device = () => stage.rest.device(stage.serial);
    await eventually(async () =>
      expect(await device()).toMatchObject({
        c8y_Availability: { status: 'AVAILABLE', lastMessage: expect.any(String) },
        c8y_Connection: { status: 'CONNECTED' },
      }),
    );
    expect(await alarms()).toEqual([]);

    cirrus.clock.advance(HOUR);
    // after the hour: sessions live by the same clock
    const client = c8yClient(provided(cirrus), 'websocket');
    const heard = await subscribe(client, `/alarms/${id}`);
    cirrus.cloud.wake();
    await eventually(async () =>
      expect(await alarms()).toMatchObject([
        { type: 'c8y_UnavailabilityAlarm', severity: 'MAJOR', status: 'ACTIVE', count: 1 },
      ]),
    );
    expect(await device()).toMatchObject({ c8y_Availability: { status: 'UNAVAILABLE' } });
    await heard.waitFor(({ data }) => data.data.type === 'c8y_UnavailabilityAlarm' && data.realtimeAction === 'CREATE');
    client.realtime.disconnect();

    await stage.say('125');
    expect(await alarms()).toMatchObject([{ type: 'c8y_UnavailabilityAlarm', status: 'CLEARED' }]);
    expect(await device()).toMatchObject({ c8y_Availability: { status: 'AVAILABLE' } });

    await stage.close();
    await eventually(async () => expect(await device()).toMatchObject({ c8y_Connection: { status: 'DISCONNECTED' } }));
  });
});
