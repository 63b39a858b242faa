import type { OperationWriter } from '../delivery/deliver';
import type { Command, Reply } from '../platform/commands';
import type { Refusal } from '../platform/refusal';

/** One level of a topic: a word as it stands, or a value with a name. */
export type Level = string | Parameter;

export interface Parameter {
  readonly param: string;
  /**
   * The last level only: the rule takes everything below too, so that a topic with too many levels is refused by name.
   * Without it such a topic would vanish, because no rule takes it.
   */
  readonly rest?: true;
}

/** The parameter that names the child device or service a publish is about. The platform looks it up, not the protocol. */
export const CHILD = 'child';

/** What stands before the levels of an uplink topic and says the processing mode; '' is no level at all. */
export type ModePrefix = '' | 's' | 't' | 'q' | 'c';

/** The four modes of SmartREST topics (docs/reference/mqtt-implementation.md#processing-modes). */
export const EVERY_MODE: readonly ModePrefix[] = ['s', 't', 'q', 'c'];

/** Topics a device publishes on that differ in mode and parameters only. Two shapes never share a topic. */
export interface UplinkShape {
  /** The end of the name of its IoT rule: lower-case letters, digits and underscores. */
  readonly name: string;
  /** What the console shows beside the rule. */
  readonly description: string;
  readonly modes: readonly ModePrefix[];
  /** Behind the mode. */
  readonly levels: readonly Level[];
}

/** Topics a device may subscribe to and receive on. */
export interface DownlinkShape {
  readonly levels: readonly Level[];
  /** A device that subscribes to it is brought up to date with its operations. */
  readonly carriesOperations: boolean;
}

/** Who published and what the topic says. */
export interface UplinkAddress {
  readonly clientId: string;
  /** External id of the connected device. */
  readonly rootSerial: string;
  /** External id of the device the publish is about: the connected one, or the child of the topic. */
  readonly serial: string;
  /** The topic's values by name. */
  readonly params: Readonly<Record<string, string>>;
  /** When the platform received it, ms since the epoch. */
  readonly receivedAt: number;
}

/** A refusal as a protocol says it. */
export interface SpelledRefusal {
  /** What programs tell it by: a number of SmartREST, a name of JSON. */
  readonly code: number | string;
  readonly text: string;
  /** What the integrator can do about it; for log, decode and docs, never on the wire. */
  readonly remedy: string;
}

/** What came of one row: `row` is 1-based within the publish, `template` is what the row calls itself. */
export type DecodedRow = { readonly row: number; readonly template: string } & (
  | { readonly ok: true; readonly commands: readonly Command[] }
  | { readonly ok: false; readonly refusal: SpelledRefusal }
);

/** Why a publish is refused before anybody looks at its rows; sizes are bytes of the whole packet. */
export type PublishFault =
  | { readonly kind: 'unknownTopic'; readonly topic: string }
  | { readonly kind: 'tooLarge'; readonly bytes: number; readonly limit: number };

/** What there is to tell the sender about one row; row 0 without a template is the publish as a whole. */
export type RowReply = { readonly row: number; readonly template: string } & (
  | { readonly reply: Reply }
  | { readonly refusal: SpelledRefusal }
);

/** Rows of a reply for one topic. The rows of a group stay in one message, as far as the size of a message allows. */
export interface ReplyRows {
  readonly topic: string;
  readonly groups: readonly (readonly string[])[];
  /**
   * Goes only to a device that listens on the topic. What a device has asked for goes out at once
   * (docs/reference/aws-platform.md#answers-go-unconfirmed-operations-confirmed).
   */
  readonly onlyIfSubscribed: boolean;
}

/**
 * One way devices and the platform talk: its topics, what payloads mean, and how replies, refusals and operations are
 * written. Pure: it reads and writes nothing. A new one is a folder and an entry in `protocols.ts`; rules, policy, topic
 * parser, delivery and `npm run decode` follow from it.
 */
export interface Protocol extends OperationWriter {
  readonly uplinks: readonly UplinkShape[];
  readonly downlinks: readonly DownlinkShape[];
  /** Never throws: what it does not understand is a refused row. */
  decode(payload: Uint8Array, address: UplinkAddress): readonly DecodedRow[];
  refusePublish(fault: PublishFault): SpelledRefusal;
  /** Says a refusal of the platform in this protocol's words. */
  spell(refusal: Refusal): SpelledRefusal;
  writeReply(rows: readonly RowReply[], address: UplinkAddress): readonly ReplyRows[];
  /** What the rows of a template ask for, for people. */
  titleOf(template: string): string | undefined;
}
