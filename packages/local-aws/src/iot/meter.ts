/**
 * Is told what AWS IoT Core bills, as it happens: PUBLISH in both directions, the client's PUBACK, CONNECT and
 * SUBSCRIBE (docs/reference/aws-platform.md#messages-that-iot-core-bills). Sizes are payload bytes; `billedUnits` turns
 * them into units.
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

/** Units that AWS bills for a message, a rule or an action: one per begun 5 KB, and one for an empty message. */
export function billedUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / UNIT_BYTES));
}
