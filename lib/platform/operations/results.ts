import type { Json, JsonObject } from '../../base/json';

/** What the values reported with a success mean, by the operation's fragment (static-templates section 8.5). */
interface ResultRule {
  /** Members to set within the operation's fragment. */
  readonly operation?: (parameters: readonly string[]) => JsonObject | undefined;
  /** Fragments to set on the device; `fragment` is the operation's. `time` is when the row was received, ISO 8601. */
  readonly device?: (parameters: readonly string[], fragments: JsonObject, time: string) => JsonObject | undefined;
}

const RULES: Readonly<Record<string, ResultRule>> = {
  c8y_Command: { operation: ([result]) => (result === undefined ? undefined : { result }) },
  c8y_LogfileRequest: { operation: ([file]) => (file === undefined ? undefined : { file }) },
  c8y_RelayArray: { device: (states) => (states.length === 0 ? undefined : { c8y_RelayArray: [...states] }) },
  c8y_CommunicationMode: { device: (_, { c8y_CommunicationMode: mode }) => one('c8y_CommunicationMode', mode) },
  // the key of the time is undocumented (section 13 no. 7)
  c8y_DownloadConfigFile: {
    device: ([given], fragments, time) => {
      const request = members(fragments.c8y_DownloadConfigFile);
      const source = members(request?.c8y_ConfigurationDump) ?? members(fragments.c8y_ConfigurationDump) ?? request;
      return source && { c8y_ConfigurationDump: { ...source, time: given || time } };
    },
  },
};

/** The operation's fragments with the results a device reported. */
export function withResults(fragments: JsonObject, parameters: readonly string[], named?: string): JsonObject {
  const results = rulesFor(fragments, named).flatMap(([name, rule]) => {
    const result = rule.operation?.(parameters);
    return result === undefined ? [] : [[name, { ...members(fragments[name]), ...result }] as const];
  });
  return { ...fragments, ...Object.fromEntries(results) };
}

/** What the device's own object learns from a SUCCESSFUL operation; `undefined` when nothing. */
export function deviceResults(
  fragments: JsonObject,
  {
    parameters,
    named,
    time,
  }: { readonly parameters: readonly string[]; readonly named?: string; readonly time: string },
): JsonObject | undefined {
  const results = rulesFor(fragments, named).flatMap(([, rule]) => rule.device?.(parameters, fragments, time) ?? []);
  return results.length === 0 ? undefined : Object.assign({}, ...results);
}

/** A row that names a fragment means that one, a row with an id whichever the operation holds. */
function rulesFor(fragments: JsonObject, named: string | undefined): readonly (readonly [string, ResultRule])[] {
  return Object.entries(RULES).filter(([name]) => name in fragments && (named === undefined || named === name));
}

const one = (name: string, value: Json | undefined): JsonObject | undefined =>
  value === undefined ? undefined : { [name]: value };

/** The value as an object, where it is one. */
export function members(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !isList(value) ? value : undefined;
}
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
