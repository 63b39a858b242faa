import type { BusEvent } from './event';
import type { EventPattern } from './pattern';
import type { Target } from './target';

/** A rule of an event bus: events that match go to every target. */
interface EventRule {
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  readonly matches: EventPattern;
  readonly targets: readonly Target[];
}

/** A bus and its rules. */
export class EventBus {
  readonly #rules: EventRule[] = [];

  constructor(
    readonly name: string,
    readonly arn: string,
  ) {}

  add(rule: EventRule): void {
    this.#rules.push(rule);
  }

  /** Hands an event to the targets of all rules it matches. */
  deliver(event: BusEvent): void {
    for (const rule of this.#rules) {
      if (!rule.enabled || !rule.matches(event)) continue;
      for (const target of rule.targets) target.deliver(rule.arn, event);
    }
  }
}
