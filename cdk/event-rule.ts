import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import { type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { defined } from '../lib/base/defined';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE } from '../lib/changes/event-bus/event-names';
import type { Api, ProcessingMode } from '../lib/changes/modes';
import type { EventProcessing } from './event-processing';

export interface CirrusEventRuleProps {
  /** The deployment whose changes are processed: a `Cirrus`. */
  readonly cirrus: { readonly eventBus: EventProcessing };
  /** Whose changes. The platform puts a tenant's changes on the bus only while a rule names the tenant. */
  readonly tenant: string;
  /** Where matching events are sent; at most five. */
  readonly targets: readonly IRuleTarget[];
  /**
   * Events with a change of one of these kinds; the event has its other changes too.
   * @default every kind
   */
  readonly apis?: readonly Api[];
  /**
   * Events of messages with one of these processing modes.
   * @default every mode
   */
  readonly modes?: readonly ProcessingMode[];
  /**
   * Events of these managed objects, by id.
   * @default every one
   */
  readonly sources?: readonly string[];
  /**
   * Further conditions on the same change, in the language of EventBridge's event patterns, such as
   * `{ object: { severity: ['CRITICAL'] } }`.
   * @default none
   */
  readonly change?: Readonly<Record<string, unknown>>;
  /**
   * What the console shows.
   * @default none
   */
  readonly description?: string;
}

/** A rule on the event bus for one tenant. It gets events from five seconds after its creation at the latest. */
export class CirrusEventRule extends Construct {
  readonly rule: Rule;

  constructor(scope: Construct, id: string, props: CirrusEventRuleProps) {
    super(scope, id);
    const { cirrus, tenant, apis, modes, sources } = props;
    const change = defined({ ...props.change, api: apis && [...apis] });
    this.rule = new Rule(this, 'Rule', {
      eventBus: cirrus.eventBus.bus,
      ...(props.description !== undefined && { description: props.description }),
      eventPattern: {
        source: [EVENT_SOURCE],
        detailType: [EVENT_DETAIL_TYPE],
        detail: defined({
          tenant: [tenant],
          mode: modes && [...modes],
          source: sources && [...sources],
          changes: Object.keys(change).length > 0 ? change : undefined,
        }),
      },
      targets: [...props.targets],
    });
    const listener = new CustomResource(this, 'Listener', {
      resourceType: 'Custom::CirrusEventRule',
      serviceToken: cirrus.eventBus.ruleSwitch.lambda.functionArn,
      properties: { Tenant: tenant, Rule: this.rule.ruleArn },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // the platform sends events only after the rule is there to take them
    listener.node.addDependency(this.rule);
  }
}
