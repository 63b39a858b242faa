import { createHash } from 'node:crypto';
import { millisOf } from '../journal';
import type { AsOf } from '../model';

const TIME_DIGITS = 13;
const HASH_DIGITS = 8;
const LENGTH_DIGITS = 2;
const TAIL_DIGITS = TIME_DIGITS + HASH_DIGITS + LENGTH_DIGITS;

/**
 * The id of an alarm, in decimal digits: device id, creation time (ms), hash of type and creating event, length of the
 * device id. So an alarm is found without a scan, a device's closed alarms sort by age, and a redelivered event makes
 * the same id.
 */
export function alarmId(device: string, type: string, raised: AsOf): string {
  const digest = createHash('sha256').update(`${type}\n${raised}`).digest();
  const hash = String(digest.readUIntBE(0, 6) % 10 ** HASH_DIGITS).padStart(HASH_DIGITS, '0');
  const time = String(millisOf(raised)).padStart(TIME_DIGITS, '0');
  return `${device}${time}${hash}${String(device.length).padStart(LENGTH_DIGITS, '0')}`;
}

/** The device that an alarm id belongs to; `undefined` for text that is no alarm id. */
export function deviceOfAlarm(id: string): string | undefined {
  if (!/^\d+$/.test(id)) return undefined;
  const length = Number(id.slice(-LENGTH_DIGITS));
  return length > 0 && id.length === length + TAIL_DIGITS ? id.slice(0, length) : undefined;
}
