import type { Scheduler } from '../scheduler';
import type { ResourceReference } from '../template/intrinsics';
import { arnOf, physicalName, type ResourceRequest, type ResourceTypes } from '../template/resource-type';
import { isTemplateObject, TemplateError, type TemplateObject, type TemplateValue } from '../template/template';
import { type EventFrame, newEvent } from './event';
import { EventBus } from './event-bus';
import type { EventBuses } from './event-buses';
import { EVENTBRIDGE_LIMITS } from './limits';
import { compilePattern } from './pattern';
import { every, parseRate } from './schedule';
import { type Target, type TargetDependencies, targetOf } from './target';

interface EventBridgeSurroundings extends Omit<TargetDependencies, 'onLog'> {
  readonly buses: EventBuses;
  readonly frame: EventFrame;
  readonly scheduler: Scheduler;
  onLog(source: string, line: string): void;
}

export function eventBridgeResources(surroundings: EventBridgeSurroundings): ResourceTypes {
  return {
    'AWS::Events::EventBus': {
      reads: ['Name'],
      ignores: ['Description', 'Tags'],
      create: (request) => {
        const name = physicalName(request, 'Name');
        const bus = new EventBus(name, arnOf(request, 'events', `event-bus/${name}`));
        surroundings.buses.add(bus);
        return { ref: name, attributes: { Arn: bus.arn, Name: name } };
      },
    },
    'AWS::Events::Rule': {
      reads: ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'Targets'],
      ignores: ['Description', 'Tags'],
      create: (request) =>
        request.properties.ScheduleExpression === undefined
          ? createRule(request, surroundings)
          : createSchedule(request, surroundings),
    },
  };
}

function createRule(request: ResourceRequest, surroundings: EventBridgeSurroundings): ResourceReference {
  const { properties, logicalId } = request;
  const name = physicalName(request, 'Name');
  const busName = String(properties.EventBusName ?? 'default');
  const bus = surroundings.buses.find(busName);
  if (!bus) throw new TemplateError(`${logicalId}: event bus ${busName} does not exist`);
  const arn = arnOf(request, 'events', `rule/${bus.name}/${name}`);
  bus.add({
    arn,
    name,
    enabled: isEnabled(request),
    matches: compilePattern(properties.EventPattern, logicalId),
    targets: targetsOf(request, name, surroundings),
  });
  return { ref: name, attributes: { Arn: arn } };
}

/** A schedule lives on the default bus, whose rules have no bus in their ARN. */
function createSchedule(request: ResourceRequest, surroundings: EventBridgeSurroundings): ResourceReference {
  const { properties, logicalId } = request;
  const { frame, scheduler } = surroundings;
  if (properties.EventPattern !== undefined) {
    throw new TemplateError(`${logicalId}: a rule with both EventPattern and ScheduleExpression is not supported`);
  }
  const name = physicalName(request, 'Name');
  const arn = arnOf(request, 'events', `rule/${name}`);
  const interval = parseRate(String(properties.ScheduleExpression), logicalId);
  const targets = targetsOf(request, name, surroundings);
  if (isEnabled(request)) {
    every(interval, { clock: frame.clock, scheduler }, () => {
      const content = { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [arn], detail: {} };
      const event = newEvent(frame, content);
      for (const target of targets) target.deliver(arn, event);
    });
  }
  return { ref: name, attributes: { Arn: arn } };
}

function targetsOf(
  { properties, logicalId }: ResourceRequest,
  ruleName: string,
  surroundings: EventBridgeSurroundings,
): readonly Target[] {
  const onLog = (line: string): void => surroundings.onLog(ruleName, line);
  return objects(properties.Targets, logicalId).map((target) =>
    targetOf(target, logicalId, { ...surroundings, onLog }),
  );
}

function isEnabled({ properties, logicalId }: ResourceRequest): boolean {
  const state = properties.State ?? 'ENABLED';
  if (state !== 'ENABLED' && state !== 'DISABLED') {
    throw new TemplateError(`${logicalId}: State ${String(state)} is not supported`);
  }
  return state === 'ENABLED';
}

function objects(value: TemplateValue | undefined, logicalId: string): readonly TemplateObject[] {
  const targets = Array.isArray(value) ? value.filter(isTemplateObject) : [];
  const { targetsPerRule: most } = EVENTBRIDGE_LIMITS;
  if (targets.length > most) throw new TemplateError(`${logicalId}: a rule has at most ${most} targets`);
  return targets;
}
