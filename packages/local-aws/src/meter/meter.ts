import { billedUnits, type IotMeter } from '../iot/meter';
import { type Metric, prices } from './prices';

/** What was used: units by metric and by resource. */
export type Usage = ReadonlyMap<Metric, ReadonlyMap<string, number>>;

interface CostLine {
  readonly service: string;
  readonly label: string;
  /** Name of the table, function or queue. Empty for metrics that AWS bills for the whole account. */
  readonly resource: string;
  readonly units: number;
  readonly unit: string;
  readonly dollars: number;
}

/** What a usage costs, in dollars. */
export interface Costs {
  readonly lines: readonly CostLine[];
  readonly dollars: number;
}

const SQS_UNIT_BYTES = 64 * 1024;
const EVENT_UNIT_BYTES = 64 * 1024;
const HTTP_UNIT_BYTES = 512 * 1024;
const WEBSOCKET_UNIT_BYTES = 32 * 1024;
/** IoT Core is billed for the whole account. */
const IOT_CORE = '';

/** Counts what AWS would bill, as it happens. */
export class Meter implements IotMeter {
  readonly #counts = new Map<Metric, Map<string, number>>();

  /** The units of one metric, of one resource or of all. */
  units(metric: Metric, resource?: string): number {
    return unitsOf(this.#counts, metric, resource);
  }

  /** A copy of all counts. `usageBetween` compares two of them. */
  snapshot(): Usage {
    return new Map([...this.#counts].map(([metric, counts]) => [metric, new Map(counts)]));
  }

  reset(): void {
    this.#counts.clear();
  }

  /** What the counted usage (or the one given) costs, one line per metric and resource. */
  costs(usage: Usage = this.#counts): Costs {
    const lines = [...usage].flatMap(([metric, counts]) => [...counts].map((count) => costLine(metric, ...count)));
    return { lines, dollars: lines.reduce((sum, line) => sum + line.dollars, 0) };
  }

  connects(): void {
    this.#add('iotMessages', IOT_CORE, 1);
  }

  connectedMinutes(minutes: number): void {
    this.#add('iotConnectionMinutes', IOT_CORE, minutes);
  }

  subscribes(): void {
    this.#add('iotMessages', IOT_CORE, 1);
  }

  acknowledgements(): void {
    this.#add('iotMessages', IOT_CORE, 1);
  }

  messagesIn(bytes: number): void {
    this.#add('iotMessages', IOT_CORE, billedUnits(bytes));
  }

  messagesOut(bytes: number): void {
    this.#add('iotMessages', IOT_CORE, billedUnits(bytes));
  }

  rulesTriggered(bytes: number): void {
    this.#add('iotRules', IOT_CORE, billedUnits(bytes));
  }

  actionsExecuted(bytes: number): void {
    this.#add('iotActions', IOT_CORE, billedUnits(bytes));
  }

  /** Counts the HTTP request, the PUBLISH to the device, and the device's PUBACK when it is confirmed. */
  directMessages(bytes: number, confirmed: boolean): void {
    this.#add('iotDirectMessages', IOT_CORE, 2 * billedUnits(bytes) + (confirmed ? 1 : 0));
  }

  /** One invocation: `billedMs` whole milliseconds at `memorySize` MB. */
  lambdaInvoked(functionName: string, billedMs: number, memorySize: number): void {
    this.#add('lambdaRequests', functionName, 1);
    this.#add('lambdaGbSeconds', functionName, (billedMs / 1000) * (memorySize / 1024));
  }

  dynamodbWrite(tableName: string, units: number): void {
    this.#add('dynamodbWriteUnits', tableName, units);
  }

  dynamodbRead(tableName: string, units: number): void {
    this.#add('dynamodbReadUnits', tableName, units);
  }

  /** One request to SQS; every begun 64 KB of payload is another. */
  sqsRequest(queueName: string, fifo: boolean, bytes: number): void {
    const metric = fifo ? 'sqsFifoRequests' : 'sqsStandardRequests';
    this.#add(metric, queueName, Math.max(1, Math.ceil(bytes / SQS_UNIT_BYTES)));
  }

  httpRequest(apiName: string, bytes: number): void {
    this.#add('httpApiRequests', apiName, Math.max(1, Math.ceil(bytes / HTTP_UNIT_BYTES)));
  }

  /** One event put on a bus; every begun 64 KB is another. */
  eventBridgeEvent(busName: string, bytes: number): void {
    this.#add('eventBridgeEvents', busName, Math.max(1, Math.ceil(bytes / EVENT_UNIT_BYTES)));
  }

  /** One message of a WebSocket API, in either direction; every begun 32 KB is another. */
  webSocketMessage(apiName: string, bytes: number): void {
    this.#add('webSocketMessages', apiName, Math.max(1, Math.ceil(bytes / WEBSOCKET_UNIT_BYTES)));
  }

  /** Minutes that a WebSocket was open, counted when it has closed. */
  webSocketMinutes(apiName: string, minutes: number): void {
    this.#add('webSocketMinutes', apiName, minutes);
  }

  #add(metric: Metric, resource: string, units: number): void {
    let counts = this.#counts.get(metric);
    if (!counts) {
      counts = new Map();
      this.#counts.set(metric, counts);
    }
    counts.set(resource, (counts.get(resource) ?? 0) + units);
  }
}

/** What was used between two snapshots. */
export function usageBetween(earlier: Usage, later: Usage): Usage {
  const differences = [...later].map(([metric, counts]) => {
    const changed = [...counts]
      .map(([resource, units]) => [resource, units - unitsOf(earlier, metric, resource)] as const)
      .filter(([, units]) => units !== 0);
    return [metric, new Map(changed)] as const;
  });
  return new Map(differences.filter(([, counts]) => counts.size > 0));
}

/** The units of one metric in a usage, of one resource or of all. */
export function unitsOf(usage: Usage, metric: Metric, resource?: string): number {
  const counts = usage.get(metric);
  if (!counts) return 0;
  if (resource !== undefined) return counts.get(resource) ?? 0;
  return [...counts.values()].reduce((sum, units) => sum + units, 0);
}

function costLine(metric: Metric, resource: string, units: number): CostLine {
  const { service, label, unit, dollars } = prices[metric];
  return { service, label, resource, units, unit, dollars: units * dollars };
}
