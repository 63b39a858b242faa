import type { Param, Template } from './template';

/**
 * `200,fragment,series,value,[unit],[time]`, as docs/reference/static-templates.md#how-a-row-is-written-down-here
 * writes it.
 */
export function usage({ id, params }: Pick<Template, 'id' | 'params'>): string {
  return [id, ...params.map(usageOf)].join(',');
}

function usageOf(param: Param): string {
  if (param.kind === 'single') return param.mandatory ? param.name : `[${param.name}]`;
  const names = param.kind === 'list' ? [param.name] : param.params.map((member) => member.name);
  return `{${names.join(',')}}${param.min}..n`;
}
