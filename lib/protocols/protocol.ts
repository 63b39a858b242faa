import type { OperationWriter } from '../delivery/deliver';
import type { Command, Reply } from '../platform/commands';
import type { Refusal } from '../platform/refusal';

/** One level of a topic: a fixed word, or a named value. */
export type Level = string | Parameter;

/** A level of a topic that holds a value. */
export interface Parameter {
  /** The name of the value. */
  readonly param: string;
  /**
   * For the last level only. The IoT rule then takes topics with more levels too, so that they can be refused with an
   * error row. Otherwise no rule would take them, and their sender would hear nothing.
   */
  readonly rest?: true;
}

/** The parameter with the child device or service a publish is about. The platform looks it up, not the protocol. */
export const CHILD = 'child';

/** The first level of an uplink topic, which says the processing mode. '' means that there is no such level. */
export type ModePrefix = '' | 's' | 't' | 'q' | 'c';

/** The four modes of SmartREST topics (docs/reference/mqtt-implementation.md#processing-modes). */
export const EVERY_MODE: readonly ModePrefix[] = ['s', 't', 'q', 'c'];

/** A group of uplink topics that differ in mode and parameters only. No topic belongs to two shapes. */
export interface UplinkShape {
  /** The end of the name of its IoT rule: lower-case letters, digits and underscores. */
  readonly name: string;
  /** The description of the rule in the AWS console. */
  readonly description: string;
  readonly modes: readonly ModePrefix[];
  /** The levels after the mode. */
  readonly levels: readonly Level[];
}

/** Topics a device may subscribe to and receive on. */
export interface DownlinkShape {
  readonly levels: readonly Level[];
  /** A device that subscribes to such a topic is sent its pending operations. */
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

/** A refusal in the words of a protocol. */
export interface SpelledRefusal {
  /** What programs recognize it by: a number in SmartREST, a name in JSON. */
  readonly code: number | string;
  readonly text: string;
  /** What an integrator can do about it. It goes to the log, to `npm run decode` and to the docs, never to a device. */
  readonly remedy: string;
}

/** A row that was decoded or refused. `row` counts from 1 within the publish; `template` is the name the row gives. */
export type DecodedRow = { readonly row: number; readonly template: string } & (
  | { readonly ok: true; readonly commands: readonly Command[] }
  | { readonly ok: false; readonly refusal: SpelledRefusal }
);

/** Why a publish is refused before it is decoded; sizes are bytes of the whole packet. */
export type PublishFault =
  | { readonly kind: 'unknownTopic'; readonly topic: string }
  | { readonly kind: 'tooLarge'; readonly bytes: number; readonly limit: number };

/** The reply to one row. Row 0 with an empty template stands for the publish as a whole. */
export type RowReply = { readonly row: number; readonly template: string } & (
  | { readonly reply: Reply }
  | { readonly refusal: SpelledRefusal }
);

/** Rows of a reply for one topic. The rows of a group stay in one message, as far as the size of a message allows. */
export interface ReplyRows {
  readonly topic: string;
  readonly groups: readonly (readonly string[])[];
  /**
   * True: the rows go only to a device that listens on the topic. False: they go out at once, as for what a device has
   * asked for (docs/reference/aws-platform.md#answers-go-unconfirmed-operations-confirmed).
   */
  readonly onlyIfSubscribed: boolean;
}

/**
 * A language that devices and the platform speak: its topics, the meaning of payloads, and the form of replies,
 * refusals and operations. It is pure: it neither reads nor writes data. A new protocol is a folder and an entry in
 * `protocols.ts`. Rules, policy, topic parser, delivery and `npm run decode` follow from the list.
 */
export interface Protocol extends OperationWriter {
  readonly uplinks: readonly UplinkShape[];
  readonly downlinks: readonly DownlinkShape[];
  /** Never throws: a row it does not understand becomes a refused row. */
  decode(payload: Uint8Array, address: UplinkAddress): readonly DecodedRow[];
  /** The refusal of a publish that is not decoded. */
  refusePublish(fault: PublishFault): SpelledRefusal;
  /** A refusal of the platform in the words of this protocol. */
  spell(refusal: Refusal): SpelledRefusal;
  /** The replies of one publish as rows, for the topics they go to. */
  writeReply(rows: readonly RowReply[], address: UplinkAddress): readonly ReplyRows[];
  /** A title of a template for people to read; undefined when there is no such template. */
  titleOf(template: string): string | undefined;
}
