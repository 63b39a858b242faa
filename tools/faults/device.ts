import type { Simulation } from '@cirrus/local-aws';
import { OPERATION_TEMPLATES } from '../../lib/protocols/smartrest/static/operation-templates';
import type { PlannedOperation } from './day';

/** Brings a message of a gateway to the broker. */
export type Publish = (topic: string, payload: string) => void;

/** An operation as a gateway finds it: as planned, and its id where the platform has told one already. */
export interface KnownOperation extends PlannedOperation {
  readonly id?: string | undefined;
}

const THINKS_MS = 1_500;
const FRAGMENTS = new Map(OPERATION_TEMPLATES.map(({ id, fragment }) => [id, fragment]));

/**
 * A gateway that carries out what it receives on `s/ds`: one operation after the other, each once, however often its
 * row comes. It reports the start, and later the end, by fragment or by id. While it is offline its reports wait.
 */
export class SimulatedGateway {
  private readonly taken = new Set<string>();
  private readonly outbox: (readonly [topic: string, payload: string])[] = [];
  private connected = false;
  private freeAt = 0;

  constructor(
    readonly serial: string,
    private readonly simulation: Simulation,
    /** The operation that a row means. */
    private readonly known: (row: string) => KnownOperation | undefined,
    private readonly publish: Publish,
  ) {}

  get isConnected(): boolean {
    return this.connected;
  }

  connect(): void {
    this.connected = true;
    for (const [topic, payload] of this.outbox.splice(0)) this.publish(topic, payload);
  }

  disconnect(): void {
    this.connected = false;
  }

  /** Takes a message of the platform. */
  receive(topic: string, payload: string): void {
    if (topic !== 's/ds') return;
    for (const row of payload.split('\n')) this.takeRow(row);
  }

  private takeRow(row: string): void {
    const fragment = FRAGMENTS.get(row.slice(0, 3));
    const operation = fragment === undefined ? undefined : this.known(row);
    if (fragment === undefined || operation === undefined || this.taken.has(operation.key)) return;
    this.taken.add(operation.key);
    const startsAt = Math.max(this.freeAt, this.simulation.now()) + THINKS_MS;
    this.freeAt = startsAt + THINKS_MS;
    const topic = operation.serial === this.serial ? 's/us' : `s/us/${operation.serial}`;
    const [start, end] = reportsOf(operation, fragment);
    this.simulation.at(startsAt, () => this.report(topic, start));
    this.simulation.at(this.freeAt, () => this.report(topic, end));
  }

  private report(topic: string, payload: string): void {
    if (this.connected) this.publish(topic, payload);
    else this.outbox.push([topic, payload]);
  }
}

/** What a device reports of an operation. Its number decides, so that every run of the day has the same. */
function reportsOf({ number, key, id }: KnownOperation, fragment: string): readonly [start: string, end: string] {
  const fails = number % 4 === 0;
  if (number % 7 === 0) return [`501,${fragment}`, `507,${fragment},restarted in ${key}`];
  // whether the id is known yet differs between runs, so both ways to report have to come to the same
  if (id !== undefined && number % 3 === 0) {
    return [`504,${id}`, fails ? `505,${id},cannot do ${key}` : `506,${id},result of ${key}`];
  }
  return [`501,${fragment}`, fails ? `502,${fragment},cannot do ${key}` : `503,${fragment},result of ${key}`];
}
