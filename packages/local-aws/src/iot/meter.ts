/**
 * What AWS IoT Core bills, reported as it happens. Sizes are payload bytes; the meter turns them into billed units with
 * `billedUnits`. PUBLISH both ways, the client's PUBACK, CONNECT and SUBSCRIBE count
 * (docs/reference/aws-platform.md#messages-that-iot-core-bills).
 */
export interface IotMeter {
  connects(): void;
  /** Begun minutes of one connection, reported when it ends. */
  connectedMinutes(minutes: number): void;
  subscribes(): void;
  acknowledgements(): void;
  messagesIn(bytes: number): void;
  messagesOut(bytes: number): void;
  rulesTriggered(bytes: number): void;
  actionsExecuted(bytes: number): void;
  directMessages(bytes: number, confirmed: boolean): void;
}

const UNIT_BYTES = 5 * 1024;

/** Messages, rules and actions are billed per begun 5 KB; an empty message is one unit. */
export function billedUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / UNIT_BYTES));
}
