import { isObject, type JsonObject } from '../../../base/json';
import type { Reply } from '../../../platform/commands';
import type { Operation } from '../../../platform/model';
import { writeRow } from '../csv';
import { TEMPLATE_IDS } from './catalogue';
import { OPERATION_TEMPLATES, type OperationView } from './operation-templates';

/** An operation on its way to the device. */
export interface OutgoingOperation {
  /** External id (c8y_Serial) of the device, child or service that shall execute it. */
  readonly deviceSerial: string;
  readonly fragments: JsonObject;
  /** Does the device keep its software list in the advanced form (529 instead of 528)? */
  readonly advancedSoftware: boolean;
}

/**
 * The `s/ds` rows of an operation, one for each template that fits it
 * (docs/reference/static-templates.md#how-an-operation-becomes-a-row). Every value is escaped. A missing member gives
 * an empty value, and trailing empty values are kept.
 */
export function operationRows(operation: OutgoingOperation): string[] {
  const rows: string[] = [];
  for (const template of OPERATION_TEMPLATES) {
    const fragment = operation.fragments[template.fragment];
    if (fragment === undefined || isParameter(template.fragment, operation.fragments)) continue;
    const view: OperationView = {
      fragment,
      fragments: operation.fragments,
      advancedSoftware: operation.advancedSoftware,
    };
    const values = template.values(view);
    if (values !== undefined) rows.push(writeRow([template.id, operation.deviceSerial, ...values]));
  }
  return rows;
}

/** A fragment that belongs to a parameter update (532) is data. It is not an operation of its own. */
const isParameter = (fragment: string, fragments: JsonObject): boolean =>
  fragments.c8y_ParameterUpdate !== undefined && fragments[`c8y_ParameterUpdate_${fragment}`] !== undefined;

/** The `s/ds` rows of an operation of the platform. */
export const staticRows = ({ deviceSerial, fragments }: Operation): readonly string[] =>
  operationRows({ deviceSerial, fragments, advancedSoftware: usesAdvancedSoftware(fragments) });

/**
 * Whether the device has advanced software management. Only there an entry has a type
 * (docs/reference/static-templates.md#operations-in-two-forms).
 */
function usesAdvancedSoftware({ c8y_SoftwareUpdate: entries }: JsonObject): boolean {
  return Array.isArray(entries) && entries.some((entry) => isObject(entry) && typeof entry.softwareType === 'string');
}

/**
 * The row that answers a request row: 106, 124, 601, 603 (docs/reference/static-templates.md#all-templates). A 500 is
 * answered by the rows of its operations.
 */
export function replyRow(reply: Exclude<Reply, { kind: 'pendingOperations' }>): string {
  switch (reply.kind) {
    case 'children':
      return writeRow(['106', ...reply.serials]);
    case 'managedObjectId':
      return writeRow(['124', reply.id]);
    case 'platformVersion':
      return writeRow(['601', reply.version]);
    case 'templates':
      return writeRow(['603', ...TEMPLATE_IDS]);
  }
}
