import { Duration } from 'aws-cdk-lib';
import { EventBus as Bus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { CirrusFunction, type FunctionSettings } from './function';
import type { Tables } from './tables';

export interface EventProcessingProps {
  readonly settings: FunctionSettings;
  readonly tables: Tables;
}

/**
 * The event bus. The changes of tenants that have a rule on it are sent there
 * (docs/events/README.md#event-processing).
 */
export class EventProcessing extends Construct {
  readonly bus: Bus;
  private switchFunction: CirrusFunction | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: EventProcessingProps,
  ) {
    super(scope, id);
    this.bus = new Bus(this, 'Bus', {
      eventBusName: props.settings.namePrefix,
      description: 'Cirrus: what devices and users change, one event per message and source',
    });
  }

  /** Lets a function put events on the bus, and tells it which one. */
  allowEvents(from: CirrusFunction): void {
    from.lambda.addEnvironment('EVENT_BUS_NAME', this.bus.eventBusName);
    from.allow(['events:PutEvents'], [this.bus.eventBusArn]);
  }

  /** The function that tells the platform which tenants have rules. It is only made when somebody declares a rule. */
  get ruleSwitch(): CirrusFunction {
    this.switchFunction ??= this.makeSwitch();
    return this.switchFunction;
  }

  private makeSwitch(): CirrusFunction {
    const { settings, tables } = this.props;
    const made = new CirrusFunction(this, 'RuleSwitch', {
      settings,
      name: 'event-rule',
      description: 'Cirrus: turns event processing of a tenant on while it has rules, when the stack is deployed',
      memory: 128,
      timeout: Duration.seconds(30),
      environment: { REGISTRY_TABLE: tables.registry.tableName },
    });
    tables.allowRegistry(made, ['UpdateItem']);
    return made;
  }
}
