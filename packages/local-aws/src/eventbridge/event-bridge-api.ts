import type { Clock } from '../clock';
import { AwsError, accessDenied } from '../endpoint/aws-error';
import type { AwsJsonCall, AwsJsonService } from '../endpoint/aws-json';
import type { Iam } from '../iam/iam';
import type { Meter } from '../meter/meter';
import { type BusEvent, newEvent } from './event';
import type { EventBus } from './event-bus';

export interface EventBridgeOptions {
  readonly iam: Iam;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly region: string;
  readonly account: string;
}

type Input = Readonly<Record<string, unknown>>;
type Result = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

const REQUEST_ENTRIES = 10;
const REQUEST_BYTES = 256 * 1024;
/** What EventBridge counts for a `Time`. */
const TIME_BYTES = 14;

/** Amazon EventBridge behind the AWS JSON protocol: PutEvents, and the buses of the template. */
export class EventBridgeService implements AwsJsonService {
  readonly contentType = 'application/x-amz-json-1.1';
  readonly errorNamespace = '';
  readonly #options: EventBridgeOptions;
  readonly #buses = new Map<string, EventBus>();

  constructor(options: EventBridgeOptions) {
    this.#options = options;
  }

  add(bus: EventBus): void {
    this.#buses.set(bus.name, bus);
  }

  /** A bus by name or ARN. */
  bus(nameOrArn: string): EventBus | undefined {
    return this.#buses.get(nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1));
  }

  call({ operation, input, accessKeyId }: AwsJsonCall): unknown {
    if (operation === 'PutEvents') return this.#putEvents(input, accessKeyId);
    throw new AwsError('UnknownOperationException', `EventBridge operation ${operation} is not embedded here`);
  }

  /** Each entry by itself is taken or refused, but for permissions, sizes and counts, which are the request's. */
  #putEvents(input: Input, accessKeyId: string): unknown {
    const entries = Array.isArray(input.Entries) ? (input.Entries as Input[]) : [];
    if (entries.length === 0 || entries.length > REQUEST_ENTRIES) {
      throw new AwsError('ValidationException', `Entries must have 1 to ${REQUEST_ENTRIES} members`);
    }
    const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (size > REQUEST_BYTES) {
      throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
    }
    for (const entry of entries) this.#authorize(entry, accessKeyId);
    const results = entries.map((entry) => this.#put(entry));
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  }

  #authorize(entry: Input, accessKeyId: string): void {
    const { iam, region, account } = this.#options;
    const name = busName(entry);
    const arn = this.bus(name)?.arn ?? `arn:aws:events:${region}:${account}:event-bus/${name}`;
    const context = { 'events:source': text(entry.Source), 'events:detail-type': text(entry.DetailType) };
    if (iam.isAllowed(accessKeyId, 'events:PutEvents', arn, context)) return;
    throw accessDenied(iam.callerArn(accessKeyId), 'events:PutEvents', arn);
  }

  #put(entry: Input): Result {
    const missing = ['Source', 'DetailType', 'Detail'].find((name) => text(entry[name]) === '');
    if (missing !== undefined) return refused('InvalidArgument', `Parameter ${missing} is not valid.`);
    const detail = parsed(text(entry.Detail));
    if (detail === undefined) return refused('MalformedDetail', 'Detail is malformed.');
    const bus = this.bus(busName(entry));
    if (!bus) return refused('ResourceNotFoundException', `Event bus ${busName(entry)} does not exist.`);
    const event = this.#eventOf(entry, detail);
    this.#options.meter.eventBridgeEvent(bus.name, sizeOf(entry));
    bus.deliver(event);
    return { EventId: event.id };
  }

  #eventOf(entry: Input, detail: object): BusEvent {
    return newEvent(this.#options, {
      source: text(entry.Source),
      'detail-type': text(entry.DetailType),
      resources: Array.isArray(entry.Resources) ? entry.Resources.map(String) : [],
      detail,
      ...(typeof entry.Time === 'number' && { at: entry.Time * 1000 }),
    });
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const busName = (entry: Input): string => text(entry.EventBusName) || 'default';
const refused = (ErrorCode: string, ErrorMessage: string): Result => ({ ErrorCode, ErrorMessage });

function sizeOf(entry: Input): number {
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
