import type { JsonObject } from '../../../base/json';
import { writeRow } from '../csv';
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
 * The `s/ds` rows of an operation, one per template that fits it; none when no static template does (static-templates
 * sections 7.2 and 9.2). Every value is escaped, members that are missing are empty, trailing empty values are kept.
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

/** A fragment that a parameter update carries (532) is data, not a request of its own. */
const isParameter = (fragment: string, fragments: JsonObject): boolean =>
  fragments.c8y_ParameterUpdate !== undefined && fragments[`c8y_ParameterUpdate_${fragment}`] !== undefined;
