import { isTemplateObject, type Template, TemplateError, type TemplateResource, type TemplateValue } from './template';

/**
 * The logical ids, each after those it refers to by Ref, Fn::GetAtt, Fn::Sub or DependsOn. Refuses a circle by name.
 */
export function creationOrder(template: Template): string[] {
  const order: string[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    const resource = template.Resources[logicalId];
    if (!resource || state.get(logicalId) === 'done') return;
    if (state.get(logicalId) === 'visiting') {
      throw new TemplateError(`circular dependency: ${[...path, logicalId].join(' -> ')}`);
    }
    state.set(logicalId, 'visiting');
    for (const dependency of dependencies(resource)) visit(dependency, [...path, logicalId]);
    state.set(logicalId, 'done');
    order.push(logicalId);
  };
  for (const logicalId of Object.keys(template.Resources)) visit(logicalId, []);
  return order;
}

function dependencies(resource: TemplateResource): Set<string> {
  const found = new Set<string>(
    typeof resource.DependsOn === 'string' ? [resource.DependsOn] : (resource.DependsOn ?? []),
  );
  collect(resource.Properties ?? {}, found);
  return found;
}

function collect(value: TemplateValue, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
    return;
  }
  if (!isTemplateObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'Ref' && typeof item === 'string') found.add(item);
    else if (key === 'Fn::GetAtt') found.add(attributeOwner(item));
    else if (key === 'Fn::Sub') for (const name of substituted(item)) found.add(name);
    collect(item, found);
  }
}

function attributeOwner(argument: TemplateValue): string {
  if (Array.isArray(argument)) return String(argument[0]);
  return String(argument).split('.')[0] ?? '';
}

function substituted(argument: TemplateValue): string[] {
  const text = Array.isArray(argument) ? argument[0] : argument;
  const names = String(text).matchAll(/\$\{([^!}][^}]*)\}/g);
  return [...names].map((match) => (match[1] ?? '').split('.')[0] ?? '');
}
