import type { Command, OperationSelector } from '../../../../platform/commands';
import { template, text } from './interpreter';
import { list, mandatory, optional, type Template } from './template';

type Update = Extract<Command, { kind: 'updateOperations' }>;

/** `select`, `status` and what the device adds. */
function update(
  select: OperationSelector,
  status: Update['status'],
  extra: { readonly failureReason?: string | undefined; readonly parameters?: readonly string[] } = {},
): readonly Command[] {
  const { failureReason, parameters = [] } = extra;
  return [
    {
      kind: 'updateOperations',
      select,
      status,
      parameters,
      ...(failureReason === undefined ? {} : { failureReason }),
    },
  ];
}

const fragment = mandatory('fragment', text);
const operationId = mandatory('operationId', text);
const failureReason = optional('failureReason', text);
const parameters = list('parameter', text, { keepEmpty: true });

/** 5xx (static-templates section 8.5); which operation is meant: section 7.1. */
export const operationTemplates: readonly Template[] = [
  /** Section 8.5, 500; answered with the pending operations' rows. */
  template('500', 'Get PENDING operations', [], () => [{ kind: 'ask', question: 'pendingOperations' }]),

  /** Section 8.5, 501. */
  template('501', 'Set operation to EXECUTING', [fragment], (v) =>
    update({ by: 'oldest', fragment: v.fragment, from: 'PENDING' }, 'EXECUTING'),
  ),

  /** Section 8.5, 502. */
  template('502', 'Set operation to FAILED', [fragment, failureReason], (v) =>
    update({ by: 'oldest', fragment: v.fragment, from: 'EXECUTING' }, 'FAILED', v),
  ),

  /** Section 8.5, 503. */
  template('503', 'Set operation to SUCCESSFUL', [fragment, parameters], (v) =>
    update({ by: 'oldest', fragment: v.fragment, from: 'EXECUTING' }, 'SUCCESSFUL', { parameters: v.parameter }),
  ),

  /** Section 8.5, 504. */
  template('504', 'Set operation to EXECUTING by id', [operationId], (v) =>
    update({ by: 'id', id: v.operationId }, 'EXECUTING'),
  ),

  /** Section 8.5, 505. */
  template('505', 'Set operation to FAILED by id', [operationId, failureReason], (v) =>
    update({ by: 'id', id: v.operationId }, 'FAILED', v),
  ),

  /** Section 8.5, 506. */
  template('506', 'Set operation to SUCCESSFUL by id', [operationId, parameters], (v) =>
    update({ by: 'id', id: v.operationId }, 'SUCCESSFUL', { parameters: v.parameter }),
  ),

  /** Section 8.5, 507. */
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
