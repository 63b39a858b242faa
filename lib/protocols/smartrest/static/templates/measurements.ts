import { defined } from '../../../../base/defined';
import type { JsonNumber, JsonObject } from '../../../../base/json';
import type { Command } from '../../../../platform/commands';
import { refusal } from '../../refusals';
import { date, freeName, number, template, text } from './interpreter';
import { groups, mandatory, optional, type Template } from './template';

const fragmentName = freeName('id', 'self', 'type', 'time', 'source');

/**
 * The value of one series. Without a unit the member `unit` is left out
 * (docs/reference/static-templates.md#missing-values).
 */
const seriesValue = (value: JsonNumber, unit: string | undefined): JsonObject =>
  unit === undefined ? { value } : { value, unit };

const measurement = (type: string, time: string | undefined, fragments: JsonObject): readonly Command[] => [
  time === undefined
    ? { kind: 'createMeasurement', type, fragments }
    : { kind: 'createMeasurement', type, time, fragments },
];

interface GivenSeries {
  readonly fragment: string;
  readonly series: string;
  readonly value: JsonNumber;
  readonly unit: string | undefined;
}

/** Groups the series by fragment name. When a series was sent twice, the last value counts. */
function fragmentsOf(all: readonly GivenSeries[]): JsonObject {
  const fragments = new Map<string, Map<string, JsonObject>>();
  for (const { fragment, series, value, unit } of all) {
    const members = fragments.get(fragment) ?? new Map<string, JsonObject>();
    fragments.set(fragment, members.set(series, seriesValue(value, unit)));
  }
  return Object.fromEntries([...fragments].map(([name, members]) => [name, Object.fromEntries(members)]));
}

/** 2xx: docs/reference/static-templates.md#templates-of-measurements. */
export const measurementTemplates: readonly Template[] = [
  /** docs/reference/static-templates.md#200-create-custom-measurement: its type is the fragment's name. */
  template(
    '200',
    'Create custom measurement',
    [
      mandatory('fragment', fragmentName),
      mandatory('series', text),
      mandatory('value', number),
      optional('unit', text),
      optional('time', date, 'server time'),
    ],
    (v) => measurement(v.fragment, v.time, { [v.fragment]: { [v.series]: seriesValue(v.value, v.unit) } }),
  ),

  /** docs/reference/static-templates.md#201-create-custom-measurement-with-several-fragments-and-series */
  template(
    '201',
    'Create custom measurement with several fragments and series',
    [
      mandatory('type', text),
      optional('time', date, 'server time'),
      groups(
        'series',
        [
          mandatory('fragment', fragmentName),
          mandatory('series', text),
          mandatory('value', number),
          optional('unit', text),
        ],
        { min: 1 },
      ),
    ],
    (v) => measurement(v.type, v.time, fragmentsOf(v.series)),
  ),

  /**
   * docs/reference/static-templates.md#210-create-signal-strength-measurement: one of the two values is enough, none is
   * an error.
   */
  template(
    '210',
    'Create signal strength measurement',
    [optional('rssi', number), optional('ber', number), optional('time', date, 'server time')],
    ({ rssi, ber, time }) => {
      if (rssi === undefined && ber === undefined) {
        return refusal(45, 'rssi (parameter 1) and ber (parameter 2) are both missing', 'send at least one of them');
      }
      return measurement('c8y_SignalStrength', time, {
        c8y_SignalStrength: defined({
          rssi: rssi === undefined ? undefined : { value: rssi, unit: 'dBm' },
          ber: ber === undefined ? undefined : { value: ber, unit: '%' },
        }),
      });
    },
  ),

  /** docs/reference/static-templates.md#211-create-temperature-measurement */
  template(
    '211',
    'Create temperature measurement',
    [mandatory('temperature', number), optional('time', date, 'server time')],
    (v) =>
      measurement('c8y_TemperatureMeasurement', v.time, {
        c8y_TemperatureMeasurement: { T: { value: v.temperature, unit: 'C' } },
      }),
  ),

  /** docs/reference/static-templates.md#212-create-battery-measurement */
  template(
    '212',
    'Create battery measurement',
    [mandatory('battery', number), optional('time', date, 'server time')],
    (v) => measurement('c8y_Battery', v.time, { c8y_Battery: { level: { value: v.battery, unit: '%' } } }),
  ),
];
