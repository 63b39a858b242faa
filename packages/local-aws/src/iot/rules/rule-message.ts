/** A message as the rules engine sees it. */
export interface RuleMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** ms since the epoch. */
  readonly receivedAt: number;
  /** Absent when the message did not come over MQTT. */
  readonly clientId?: string;
  readonly principalId?: string;
  readonly traceId?: string;
  /** MQTT 5 publish properties by the names of `get_mqtt_property`. */
  readonly properties?: Readonly<Record<string, string>>;
}
