import type { Answer } from '../../../platform/commands';
import { writeRow } from '../csv';
import { TEMPLATE_IDS } from './describe';

/** The row for `s/ds` that answers a request row: 106, 124, 601, 603 (static-templates section 9.1). */
export function writeAnswer(answer: Answer): string {
  switch (answer.kind) {
    case 'children':
      return writeRow(['106', ...answer.serials]);
    case 'managedObjectId':
      return writeRow(['124', answer.id]);
    case 'platformVersion':
      return writeRow(['601', answer.version]);
    case 'templates':
      return writeRow(['603', ...TEMPLATE_IDS]);
  }
}
