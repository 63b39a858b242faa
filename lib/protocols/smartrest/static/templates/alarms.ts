import { defined } from '../../../../base/defined';
import { SEVERITIES, type Severity } from '../../../../platform/model';
import { date, oneOf, template, text } from './interpreter';
import { protectedNames } from './protected-names';
import { list, mandatory, optional, type Template } from './template';

/**
 * 301-304 differ in severity only. The platform does the rest: docs/reference/static-templates.md#alarms-of-one-type,
 * docs/reference/static-templates.md#alarms-in-maintenance.
 */
const raise = (id: string, severity: Severity): Template =>
  template(
    id,
    `Create ${severity} alarm`,
    [
      mandatory('type', text),
      optional('text', text, 'Alarm of type <type> raised'),
      optional('time', date, 'server time'),
    ],
    ({ type, text: given, time }) => [
      defined({ kind: 'raiseAlarm', type, text: given ?? `Alarm of type ${type} raised`, severity, time }),
    ],
  );

/** 3xx: docs/reference/static-templates.md#templates-of-alarms. */
export const alarmTemplates: readonly Template[] = [
  /** docs/reference/static-templates.md#alarms-of-one-type */
  raise('301', 'CRITICAL'),
  raise('302', 'MAJOR'),
  raise('303', 'MINOR'),
  raise('304', 'WARNING'),

  /** docs/reference/static-templates.md#305-update-severity-of-existing-alarm */
  template(
    '305',
    'Update severity of existing alarm',
    [mandatory('type', text), mandatory('severity', oneOf(...SEVERITIES))],
    ({ type, severity }) => [{ kind: 'setAlarmSeverity', type, severity }],
  ),

  /** docs/reference/static-templates.md#306-clear-existing-alarm */
  template('306', 'Clear existing alarm', [mandatory('type', text)], ({ type }) => [{ kind: 'clearAlarm', type }]),

  /**
   * docs/reference/static-templates.md#307-clear-alarm-fragment: the first value is the alarm's type. Protected names
   * are as in 107.
   */
  template(
    '307',
    'Clear alarm fragment',
    [mandatory('alarmType', text), list('fragmentName', text, { min: 1 })],
    ({ alarmType: type, fragmentName: fragments }) =>
      protectedNames('alarm', fragments) ?? [{ kind: 'clearAlarmFragments', type, fragments }],
  ),
];
