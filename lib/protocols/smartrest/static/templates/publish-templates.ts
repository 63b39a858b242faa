import { alarmTemplates } from './alarms';
import { capabilityTemplates } from './capabilities';
import { eventTemplates } from './events';
import { inventoryTemplates } from './inventory';
import { measurementTemplates } from './measurements';
import { operationTemplates } from './operations';
import type { Template } from './template';

/** Every static template a device may publish, by id and in numeric order. */
export const PUBLISH_TEMPLATES: ReadonlyMap<string, Template> = new Map(
  [
    ...inventoryTemplates,
    ...measurementTemplates,
    ...alarmTemplates,
    ...eventTemplates,
    ...operationTemplates,
    ...capabilityTemplates,
  ].map((template) => [template.id, template]),
);
