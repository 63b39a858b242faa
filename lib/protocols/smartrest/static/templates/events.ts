import { defined } from '../../../../base/defined';
import { type Json, type JsonObject, MAX_LEVELS } from '../../../../base/json';
import { fail, ok, type Result } from '../../../../base/result';
import type { Command } from '../../../../platform/commands';
import type { SpelledRefusal } from '../../../protocol';
import { refusal } from '../../refusals';
import { excerpt } from './excerpt';
import { boolean, date, number, oneOfInAnyCase, template, text } from './interpreter';
import { protectedNames } from './protected-names';
import { groups, list, mandatory, optional, type Template, type Values, type ValueType } from './template';

const position = [
  optional('latitude', number),
  optional('longitude', number),
  optional('altitude', number),
  optional('accuracy', number),
  optional('time', date, 'server time'),
] as const;

const positionFragment = (v: Values<typeof position>): JsonObject =>
  defined({ lat: v.latitude, lng: v.longitude, alt: v.altitude, accuracy: v.accuracy });

/** The text is this platform's choice (docs/reference/static-templates.md#location-events). */
const locationEvent = (v: Values<typeof position>): Command =>
  defined({
    kind: 'createEvent',
    type: 'c8y_LocationUpdate',
    text: 'Location updated',
    time: v.time,
    fragments: { c8y_Position: positionFragment(v) },
  });

/** Members that every event has. The path of a parameter must not start with one of them. */
const EVENT_MEMBERS = ['id', 'self', 'type', 'time', 'text', 'source', 'creationTime', 'lastUpdated', '__proto__'];

/** Names joined by dots, such as `acme_Valve.open`. None is empty, and the first is not in `EVENT_MEMBERS`. */
const parameterPath: ValueType<readonly string[]> = {
  name: 'String (dotted)',
  expected: `a path of fragment and member names joined by dots, at most ${MAX_LEVELS}`,
  read(value) {
    const names = value.split('.');
    const [fragment = ''] = names;
    if (names.length > MAX_LEVELS) return undefined;
    return names.includes('') || names.includes('__proto__') || EVENT_MEMBERS.includes(fragment) ? undefined : names;
  },
};

const parameter = [
  mandatory('path', parameterPath),
  mandatory('type', oneOfInAnyCase('BOOLEAN', 'NUMBER', 'STRING')),
  optional('value', text, 'null'),
] as const;

const PARAMETER_TYPES = { BOOLEAN: boolean, NUMBER: number, STRING: text };

type Tree = Map<string, Tree | Json>;

/**
 * The parameters of 408 as nested fragments. Refused when a value does not have its type, or when one path is both a
 * value and the beginning of another path.
 */
function parameterFragments(parameters: readonly Values<typeof parameter>[]): Result<JsonObject, SpelledRefusal> {
  const root: Tree = new Map();
  for (const { path, type, value } of parameters) {
    const name = excerpt(path.join('.'));
    const read = value === undefined ? null : PARAMETER_TYPES[type].read(value);
    if (read === undefined) {
      const text = `value of ${name} is not ${PARAMETER_TYPES[type].expected}: ${excerpt(value ?? '')}`;
      return fail(refusal(45, text, `send a ${type} or another type word`));
    }
    if (!plant(root, path, read)) {
      const text = `${name} is both a value and a group of values`;
      return fail(refusal(45, text, 'send either the parameter itself or its members'));
    }
  }
  return ok(toJson(root));
}

/** Puts a value at its path; false when the path is already a value or a group of values. */
function plant(root: Tree, path: readonly string[], value: Json): boolean {
  let node = root;
  for (const name of path.slice(0, -1)) {
    const next = node.get(name) ?? new Map();
    if (!(next instanceof Map)) return false;
    node.set(name, next);
    node = next;
  }
  const leaf = path.at(-1) ?? '';
  if (node.get(leaf) instanceof Map) return false;
  node.set(leaf, value);
  return true;
}

const toJson = (tree: Tree): JsonObject =>
  Object.fromEntries([...tree].map(([name, value]) => [name, value instanceof Map ? toJson(value) : value]));

/** With several fragments the text names all of them (docs/reference/static-templates.md#device-parameters). */
function updateText(fragments: JsonObject): string {
  const names = Object.keys(fragments).map((name) => `'${name}'`);
  return names.length === 1 ? `Parameter ${names[0]} was updated` : `Parameters ${names.join(', ')} were updated`;
}

/** 4xx: docs/reference/static-templates.md#templates-of-events. */
export const eventTemplates: readonly Template[] = [
  /** docs/reference/static-templates.md#400-create-basic-event */
  template(
    '400',
    'Create basic event',
    [mandatory('type', text), mandatory('text', text), optional('time', date, 'server time')],
    ({ type, text: given, time }) => [defined({ kind: 'createEvent', type, text: given, time, fragments: {} })],
  ),

  /** docs/reference/static-templates.md#401-create-location-update-event: accuracy fourth, time fifth. */
  template('401', 'Create location update event', position, (v) => [locationEvent(v)]),

  /** docs/reference/static-templates.md#402-create-location-update-event-with-device-update */
  template('402', 'Create location update event with device update', position, (v) => [
    locationEvent(v),
    { kind: 'updateInventory', set: { c8y_Position: positionFragment(v) }, remove: [] },
  ]),

  /**
   * docs/reference/static-templates.md#407-clear-event-fragment: without fragment names there is nothing to do.
   * Protected names are as in 107.
   */
  template(
    '407',
    'Clear event fragment',
    [mandatory('eventType', text), list('fragmentName', text)],
    ({ eventType: type, fragmentName: fragments }) =>
      protectedNames('event', fragments) ??
      (fragments.length === 0 ? [] : [{ kind: 'clearEventFragments', type, fragments }]),
  ),

  /** docs/reference/static-templates.md#408-create-device-parameter-update-event: type words are taken in any case. */
  template(
    '408',
    'Create device parameter update event',
    [
      optional('text', text, "Parameter '<fragment>' was updated"),
      optional('time', date, 'server time'),
      optional('changeDetect', boolean, 'false'),
      groups('parameter', parameter, { min: 1 }),
    ],
    (v) => {
      const fragments = parameterFragments(v.parameter);
      if (!fragments.ok) return fragments.error;
      return [
        defined({
          kind: 'updateParameters',
          text: v.text ?? updateText(fragments.value),
          time: v.time,
          onlyIfChanged: v.changeDetect ?? false,
          fragments: fragments.value,
        }),
      ];
    },
  ),
];
