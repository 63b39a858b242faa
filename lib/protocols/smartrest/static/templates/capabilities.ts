import { template } from './interpreter';
import type { Template } from './template';

/** 6xx (static-templates section 8.6). */
export const capabilityTemplates: readonly Template[] = [
  /** Section 8.6, 600; answered with 601. */
  template('600', 'Get platform version', [], () => [{ kind: 'ask', question: 'platformVersion' }]),

  /** Section 8.6, 602; answered with 603. */
  template('602', 'List valid SmartREST templates', [], () => [{ kind: 'ask', question: 'templates' }]),
];
