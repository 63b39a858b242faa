import { OPERATION_TEMPLATES } from './operation-templates';
import { PUBLISH_TEMPLATES } from './templates/publish-templates';
import { usage } from './templates/usage';

/**
 * One line of the template catalogue: for 603, `npm run decode -- --templates` and
 * docs/reference/static-templates.md#all-templates.
 */
export interface TemplateDescription {
  readonly id: string;
  readonly direction: 'publish' | 'subscribe';
  readonly title: string;
  /**
   * The row as docs/reference/static-templates.md#how-a-row-is-written-down-here writes it: `[optional]`,
   * `{repeated}1..n`.
   */
  readonly row: string;
  /** Which row it answers, when it is sent, or the values that replace empty ones. */
  readonly note: string;
  readonly state: 'supported' | 'unknown template';
}

const ANSWERS: readonly TemplateDescription[] = [
  answer('106', 'Children of device', '106,{child}0..n', '105'),
  answer('124', 'Device managed object id', '124,id', '123'),
  answer('601', 'Platform version', '601,version', '600'),
  answer('603', 'Valid SmartREST templates', '603,{templateId}1..n', '602'),
];

/**
 * Only number and title are public, so they count as unknown (docs/reference/static-templates.md#unknown-templates).
 */
const UNDOCUMENTED: readonly TemplateDescription[] = [
  undocumented('130', 'publish', 'Set fragment hash code'),
  undocumented('131', 'publish', 'Read fragment hash code'),
  undocumented('132', 'subscribe', 'Fragment hash code'),
];

/** Every static template in numeric order, both directions. */
export const TEMPLATE_CATALOGUE: readonly TemplateDescription[] = [
  ...[...PUBLISH_TEMPLATES.values()].map(
    (template): TemplateDescription => ({
      id: template.id,
      direction: 'publish',
      title: template.title,
      row: usage(template),
      note: template.params
        .flatMap((param) => (param.kind === 'single' && param.fallback ? `${param.name}: ${param.fallback}` : []))
        .join('; '),
      state: 'supported',
    }),
  ),
  ...OPERATION_TEMPLATES.map(
    ({ id, title, fragment, condition, params }): TemplateDescription => ({
      id,
      direction: 'subscribe',
      title,
      row: params === '' ? `${id},deviceSerial` : `${id},deviceSerial,${params}`,
      note: condition === undefined ? `for ${fragment}` : `for ${fragment}, ${condition}`,
      state: 'supported',
    }),
  ),
  ...ANSWERS,
  ...UNDOCUMENTED,
].sort((a, b) => Number(a.id) - Number(b.id));

/** The ids in the answer 603: all templates that work, of both directions. */
export const TEMPLATE_IDS: readonly string[] = TEMPLATE_CATALOGUE.filter(({ state }) => state === 'supported').map(
  ({ id }) => id,
);

/** The catalogue as a Markdown table. */
export function templatesMarkdown(): string {
  const cell = (value: string): string => value.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const lines = TEMPLATE_CATALOGUE.map(
    ({ id, direction, title, row, note, state }) =>
      `| ${id} | ${direction === 'publish' ? 'device → platform' : 'platform → device'} | ${title} | \`${row.replaceAll('|', '\\|')}\` | ${cell(note)} | ${state} |`,
  );
  return ['| id | direction | name | row | defaults, condition | state |', '|---|---|---|---|---|---|', ...lines].join(
    '\n',
  );
}

function answer(id: string, title: string, row: string, to: string): TemplateDescription {
  return { id, direction: 'subscribe', title, row, note: `answers ${to}`, state: 'supported' };
}

function undocumented(id: string, direction: TemplateDescription['direction'], title: string): TemplateDescription {
  return { id, direction, title, row: id, note: 'number and title are all that is public', state: 'unknown template' };
}
