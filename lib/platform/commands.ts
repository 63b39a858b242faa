import type { JsonObject } from '../base/json';
import type { Operation, OperationStatus, Severity } from './model';

/**
 * What a device's message asks of the platform. A protocol makes commands from a message, and `lib/mqtt` runs them
 * against the domain services. A missing `time` means the time of receipt.
 */
export type Command =
  | { readonly kind: 'createDevice'; readonly name?: string; readonly type?: string }
  | {
      readonly kind: 'createChild';
      readonly childId: string;
      readonly name?: string;
      readonly type?: string;
      readonly isDevice: boolean;
    }
  | {
      readonly kind: 'upsertService';
      readonly serviceId: string;
      readonly serviceType: string;
      readonly name: string;
      readonly status: string;
    }
  | { readonly kind: 'setServiceStatus'; readonly status: string }
  | {
      readonly kind: 'updateInventory';
      readonly set: JsonObject;
      readonly remove: readonly string[];
    }
  /** Sets how often the device will send, in minutes, unless that is set already. */
  | { readonly kind: 'requireAvailability'; readonly responseInterval: number }
  | { readonly kind: 'heartbeat' }
  | {
      readonly kind: 'changeSoftware';
      readonly change: 'replace' | 'append' | 'remove';
      readonly items: readonly SoftwareItem[];
    }
  | { readonly kind: 'setProfile'; readonly executed: boolean; readonly profileId?: string }
  | {
      readonly kind: 'createMeasurement';
      readonly type: string;
      readonly time?: string;
      readonly fragments: JsonObject;
    }
  | {
      readonly kind: 'createEvent';
      readonly type: string;
      readonly text: string;
      readonly time?: string;
      readonly fragments: JsonObject;
    }
  | { readonly kind: 'clearEventFragments'; readonly type: string; readonly fragments: readonly string[] }
  | {
      readonly kind: 'updateParameters';
      readonly text?: string;
      readonly time?: string;
      readonly onlyIfChanged: boolean;
      readonly fragments: JsonObject;
    }
  | {
      readonly kind: 'raiseAlarm';
      readonly type: string;
      readonly text: string;
      readonly severity: Severity;
      readonly time?: string;
    }
  | { readonly kind: 'setAlarmSeverity'; readonly type: string; readonly severity: Severity }
  | { readonly kind: 'clearAlarm'; readonly type: string }
  | { readonly kind: 'clearAlarmFragments'; readonly type: string; readonly fragments: readonly string[] }
  | {
      readonly kind: 'updateOperations';
      readonly select: OperationSelector;
      readonly status: Exclude<OperationStatus, 'PENDING'>;
      readonly failureReason?: string;
      /** Values reported with a success; what they mean depends on the operation's fragment. */
      readonly parameters: readonly string[];
    }
  | { readonly kind: 'ask'; readonly question: Question };

export type CommandKind = Command['kind'];

/** One entry of a software list. Name and version together identify it. */
export interface SoftwareItem {
  readonly name: string;
  readonly version: string;
  readonly softwareType?: string;
  readonly url?: string;
}

/** Which operations of a device a status row means. `from` is the status that they must have. */
export type OperationSelector =
  | { readonly by: 'oldest'; readonly fragment: string; readonly from: 'PENDING' | 'EXECUTING' }
  | { readonly by: 'all'; readonly fragment?: string; readonly from: 'EXECUTING' }
  | { readonly by: 'id'; readonly id: string };

/** What a device can ask the platform. */
export type Question = 'children' | 'managedObjectId' | 'pendingOperations' | 'platformVersion' | 'templates';

/** The answer to a question. The protocol turns it into rows for the sender. */
export type Reply =
  | { readonly kind: 'children'; readonly serials: readonly string[] }
  | { readonly kind: 'managedObjectId'; readonly id: string }
  /** All of them, delivered or not, oldest first: the connected device's own and those of the devices below it. */
  | { readonly kind: 'pendingOperations'; readonly operations: readonly Operation[] }
  | { readonly kind: 'platformVersion'; readonly version: string }
  | { readonly kind: 'templates' };
