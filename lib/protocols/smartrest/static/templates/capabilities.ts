import { template } from './interpreter';
import type { Template } from './template';

/** 6xx: docs/reference/static-templates.md#templates-of-the-platform-itself. */
export const capabilityTemplates: readonly Template[] = [
  /** docs/reference/static-templates.md#600-get-platform-version: answered with 601. */
  template('600', 'Get platform version', [], () => [{ kind: 'ask', question: 'platformVersion' }]),

  /** docs/reference/static-templates.md#602-list-valid-smartrest-templates: answered with 603. */
  template('602', 'List valid SmartREST templates', [], () => [{ kind: 'ask', question: 'templates' }]),
];
