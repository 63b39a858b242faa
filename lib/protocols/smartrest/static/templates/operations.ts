import { defined } from '../../../../base/defined';
import type { Command, OperationSelector } from '../../../../platform/commands';
import { template, text } from './interpreter';
import { list, mandatory, optional, type Template } from './template';

type Update = Extract<Command, { kind: 'updateOperations' }>;

/** The command to bring the selected operations to a status, with what the device adds. */
function update(
  select: OperationSelector,
  status: Update['status'],
  extra: { readonly failureReason?: string | undefined; readonly parameters?: readonly string[] } = {},
): readonly Command[] {
  const { failureReason, parameters = [] } = extra;
  return [defined({ kind: 'updateOperations', select, status, parameters, failureReason })];
}

const fragment = mandatory('fragment', text);
const operationId = mandatory('operationId', text);
const failureReason = optional('failureReason', text);
const parameters = list('parameter', text, { keepEmpty: true });

/**
 * 5xx: docs/reference/static-templates.md#templates-of-operation-status. Which operation is meant:
 * docs/reference/static-templates.md#which-operation-a-status-row-means.
 */
export const operationTemplates: readonly Template[] = [
  /** docs/reference/static-templates.md#500-get-pending-operations: answered with their rows. */
  template('500', 'Get PENDING operations', [], () => [{ kind: 'ask', question: 'pendingOperations' }]),

  /** docs/reference/static-templates.md#501-set-operation-to-executing */
  template('501', 'Set operation to EXECUTING', [fragment], (v) =>
    update({ by: 'oldest', fragment: v.fragment, from: 'PENDING' }, 'EXECUTING'),
  ),

  /** docs/reference/static-templates.md#502-set-operation-to-failed */
  template('502', 'Set operation to FAILED', [fragment, failureReason], (v) =>
    update({ by: 'oldest', fragment: v.fragment, from: 'EXECUTING' }, 'FAILED', v),
  ),

  /** docs/reference/static-templates.md#503-set-operation-to-successful */
  template('503', 'Set operation to SUCCESSFUL', [fragment, parameters], (v) =>
    update({ by: 'oldest', fragment: v.fragment, from: 'EXECUTING' }, 'SUCCESSFUL', { parameters: v.parameter }),
  ),

  /** docs/reference/static-templates.md#504-set-operation-to-executing-by-id */
  template('504', 'Set operation to EXECUTING by id', [operationId], (v) =>
    update({ by: 'id', id: v.operationId }, 'EXECUTING'),
  ),

  /** docs/reference/static-templates.md#505-set-operation-to-failed-by-id */
  template('505', 'Set operation to FAILED by id', [operationId, failureReason], (v) =>
    update({ by: 'id', id: v.operationId }, 'FAILED', v),
  ),

  /** docs/reference/static-templates.md#506-set-operation-to-successful-by-id */
  template('506', 'Set operation to SUCCESSFUL by id', [operationId, parameters], (v) =>
    update({ by: 'id', id: v.operationId }, 'SUCCESSFUL', { parameters: v.parameter }),
  ),

  /** docs/reference/static-templates.md#507-set-executing-operations-to-failed */
  template(
    '507',
    'Set EXECUTING operations to FAILED',
    [optional('fragment', text, 'all fragments'), failureReason],
    (v) =>
      update(
        v.fragment === undefined
          ? { by: 'all', from: 'EXECUTING' }
          : { by: 'all', fragment: v.fragment, from: 'EXECUTING' },
        'FAILED',
        v,
      ),
  ),
];
