import { SEVERITIES, type Severity } from '../../../../platform/model';
import { date, oneOf, template, text } from './interpreter';
import { protectedNames } from './protected-names';
import { list, mandatory, optional, type Template } from './template';

/** 301-304 differ in severity only; de-duplication and maintenance are the platform's (section 6). */
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
      {
        kind: 'raiseAlarm',
        type,
        text: given ?? `Alarm of type ${type} raised`,
        severity,
        ...(time === undefined ? {} : { time }),
      },
    ],
  );

/** 3xx (static-templates section 8.3). */
export const alarmTemplates: readonly Template[] = [
  /** Section 8.3, 301-304. */
  raise('301', 'CRITICAL'),
  raise('302', 'MAJOR'),
  raise('303', 'MINOR'),
  raise('304', 'WARNING'),

  /** Section 8.3, 305. */
  template(
    '305',
    'Update severity of existing alarm',
    [mandatory('type', text), mandatory('severity', oneOf(...SEVERITIES))],
    ({ type, severity }) => [{ kind: 'setAlarmSeverity', type, severity }],
  ),

  /** Section 8.3, 306. */
  template('306', 'Clear existing alarm', [mandatory('type', text)], ({ type }) => [{ kind: 'clearAlarm', type }]),

  /** Section 8.3, 307: the first value is the alarm's type, protected names as in 107. */
  template(
    '307',
    'Clear alarm fragment',
    [mandatory('alarmType', text), list('fragmentName', text, { min: 1 })],
    ({ alarmType: type, fragmentName: fragments }) =>
      protectedNames('alarm', fragments) ?? [{ kind: 'clearAlarmFragments', type, fragments }],
  ),
];
