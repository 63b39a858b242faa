import type { CirrusFunction } from './function';
import type { DeploymentTarget } from './messenger';
import type { TopicRule } from './topics';

/** The tenant of every client on an emulator. `npm start` uses the same name. */
export const EMULATOR_TENANT = 't100';

/**
 * An emulator's broker asks no authorizer, so no client ID is claimed. The function counts them as the default
 * tenant's.
 */
export function takeUnclaimed(to: CirrusFunction, target: DeploymentTarget): void {
  if (target === 'emulator') to.lambda.addEnvironment('DEFAULT_TENANT', EMULATOR_TENANT);
}

const IN_ARRAY = /(topic\(\d\)) IN \[([^\]]*)\]/g;

/**
 * MiniStack's rule SQL has no arrays. This writes the same test as comparisons, which every rules engine understands.
 */
export function portableRule(rule: TopicRule, target: DeploymentTarget): TopicRule {
  if (target === 'aws') return rule;
  const sql = rule.sql.replace(IN_ARRAY, (_found, term: string, members: string) => {
    const comparisons = members.split(',').map((member) => `${term} = ${member.trim()}`);
    return `(${comparisons.join(' OR ')})`;
  });
  return { ...rule, sql };
}
