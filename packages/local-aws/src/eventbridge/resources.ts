import type { ResourceInput } from '../services';
import type { ResourceReference } from '../template/intrinsics';
import { allowOnly, arnOf, physicalName, type ResourceFactories } from '../template/resource-type';
import { isTemplateObject, TemplateError, type TemplateValue } from '../template/template';
import { newEvent } from './event';
import { EventBus } from './event-bus';
import { compilePattern } from './pattern';
import { every, parseRate } from './schedule';
import { type Target, targetOf } from './target';

/** Targets a rule may have. */
const TARGETS = 5;

const RULE_PROPERTIES = [
  'Name',
  'Description',
  'EventBusName',
  'EventPattern',
  'ScheduleExpression',
  'State',
  'Targets',
  'Tags',
];

export const eventsResources: ResourceFactories = {
  'AWS::Events::EventBus': (input) => {
    allowOnly(input, ['Name', 'Description', 'Tags']);
    const name = physicalName(input, 'Name');
    const bus = new EventBus(name, arnOf(input, 'events', `event-bus/${name}`));
    input.services.eventBridge.add(bus);
    return { ref: name, attributes: { Arn: bus.arn, Name: name } };
  },
  'AWS::Events::Rule': (input) => {
    allowOnly(input, RULE_PROPERTIES);
    const { services, properties, logicalId } = input;
    const name = physicalName(input, 'Name');
    if (properties.ScheduleExpression !== undefined) return schedule(input, name);
    const busName = String(properties.EventBusName ?? 'default');
    const bus = services.eventBridge.bus(busName);
    if (!bus) throw new TemplateError(`${logicalId}: event bus ${busName} does not exist`);
    const arn = arnOf(input, 'events', `rule/${bus.name}/${name}`);
    bus.add({
      arn,
      name,
      enabled: isEnabled(input),
      matches: compilePattern(properties.EventPattern, logicalId),
      targets: targetsOf(input, name),
    });
    return { ref: name, attributes: { Arn: arn } };
  },
};

/** A schedule lives on the default bus, whose rules have no bus in their ARN. */
function schedule(input: ResourceInput, name: string): ResourceReference {
  const { services, properties, logicalId } = input;
  if (properties.EventPattern !== undefined) {
    throw new TemplateError(`${logicalId}: a rule with both EventPattern and ScheduleExpression is not supported`);
  }
  const arn = arnOf(input, 'events', `rule/${name}`);
  const interval = parseRate(String(properties.ScheduleExpression), logicalId);
  const targets = targetsOf(input, name);
  if (isEnabled(input)) {
    every(interval, services, () => {
      const said = { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [arn], detail: {} };
      const event = newEvent(services, said);
      for (const target of targets) target.deliver(arn, event);
    });
  }
  return { ref: name, attributes: { Arn: arn } };
}

function targetsOf({ services, properties, logicalId }: ResourceInput, name: string): readonly Target[] {
  const onLog = (line: string): void => services.onLog(name, line);
  return targets(properties.Targets, logicalId).map((target) => targetOf(target, logicalId, { ...services, onLog }));
}

function isEnabled({ properties, logicalId }: ResourceInput): boolean {
  const state = properties.State ?? 'ENABLED';
  if (state !== 'ENABLED' && state !== 'DISABLED') {
    throw new TemplateError(`${logicalId}: State ${String(state)} is not supported`);
  }
  return state === 'ENABLED';
}

function targets(value: TemplateValue | undefined, logicalId: string) {
  const list = Array.isArray(value) ? value.filter(isTemplateObject) : [];
  if (list.length > TARGETS) throw new TemplateError(`${logicalId}: a rule has at most ${TARGETS} targets`);
  return list;
}
