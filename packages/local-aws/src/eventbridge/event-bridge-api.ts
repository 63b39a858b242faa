import { AwsError } from '../endpoint/aws-error';
import type { AwsJsonApi, AwsJsonCall, RequestInput } from '../endpoint/aws-json';
import { type Access, demandAccess } from '../iam/access';
import type { Meter } from '../meter/meter';
import { type BusEvent, type EventFrame, newEvent } from './event';
import type { EventBuses } from './event-buses';
import { EVENTBRIDGE_LIMITS } from './limits';

interface EventBridgeApiDependencies {
  readonly buses: EventBuses;
  readonly access: Access;
  readonly meter: Pick<Meter, 'eventBridgeEvent'>;
  /** What EventBridge adds to each event. */
  readonly frame: EventFrame;
}

type Result = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** Bytes that EventBridge counts for a `Time`. */
const TIME_BYTES = 14;

/** Amazon EventBridge behind the AWS JSON protocol: PutEvents. */
export class EventBridgeApi implements AwsJsonApi {
  readonly contentType = 'application/x-amz-json-1.1';
  readonly errorNamespace = '';
  readonly #dependencies: EventBridgeApiDependencies;

  constructor(dependencies: EventBridgeApiDependencies) {
    this.#dependencies = dependencies;
  }

  call({ operation, input, accessKeyId }: AwsJsonCall): unknown {
    if (operation === 'PutEvents') return this.#putEvents(input, accessKeyId);
    throw new AwsError('UnknownOperationException', `EventBridge operation ${operation} is not embedded here`);
  }

  /** Takes or refuses each entry by itself. Permissions, sizes and counts are checked for the whole request. */
  #putEvents(input: RequestInput, accessKeyId: string): unknown {
    const entries = Array.isArray(input.Entries) ? (input.Entries as RequestInput[]) : [];
    if (entries.length === 0 || entries.length > EVENTBRIDGE_LIMITS.requestEntries) {
      throw new AwsError('ValidationException', `Entries must have 1 to ${EVENTBRIDGE_LIMITS.requestEntries} members`);
    }
    const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (size > EVENTBRIDGE_LIMITS.requestBytes) {
      throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
    }
    for (const entry of entries) this.#authorize(entry, accessKeyId);
    const results = entries.map((entry) => this.#put(entry));
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  }

  #authorize(entry: RequestInput, accessKeyId: string): void {
    const { access, buses, frame } = this.#dependencies;
    const name = busName(entry);
    const resource = buses.find(name)?.arn ?? `arn:aws:events:${frame.region}:${frame.account}:event-bus/${name}`;
    const context = { 'events:source': text(entry.Source), 'events:detail-type': text(entry.DetailType) };
    demandAccess(access, { accessKeyId, action: 'events:PutEvents', resource, context });
  }

  #put(entry: RequestInput): Result {
    const missing = ['Source', 'DetailType', 'Detail'].find((name) => text(entry[name]) === '');
    if (missing !== undefined) return refused('InvalidArgument', `Parameter ${missing} is not valid.`);
    const detail = parsed(text(entry.Detail));
    if (detail === undefined) return refused('MalformedDetail', 'Detail is malformed.');
    const bus = this.#dependencies.buses.find(busName(entry));
    if (!bus) return refused('ResourceNotFoundException', `Event bus ${busName(entry)} does not exist.`);
    const event = this.#eventOf(entry, detail);
    this.#dependencies.meter.eventBridgeEvent(bus.name, sizeOf(entry));
    bus.deliver(event);
    return { EventId: event.id };
  }

  #eventOf(entry: RequestInput, detail: object): BusEvent {
    return newEvent(this.#dependencies.frame, {
      source: text(entry.Source),
      'detail-type': text(entry.DetailType),
      resources: Array.isArray(entry.Resources) ? entry.Resources.map(String) : [],
      detail,
      ...(typeof entry.Time === 'number' && { at: entry.Time * 1000 }),
    });
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const busName = (entry: RequestInput): string => text(entry.EventBusName) || 'default';
const refused = (ErrorCode: string, ErrorMessage: string): Result => ({ ErrorCode, ErrorMessage });

function sizeOf(entry: RequestInput): number {
  const resources = Array.isArray(entry.Resources) ? entry.Resources.map(String) : [];
  const texts = [text(entry.Source), text(entry.DetailType), text(entry.Detail), ...resources];
  const time = entry.Time === undefined ? 0 : TIME_BYTES;
  return texts.reduce((sum, each) => sum + Buffer.byteLength(each), time);
}

function parsed(detail: string): object | undefined {
  try {
    const value: unknown = JSON.parse(detail);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
