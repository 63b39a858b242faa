import { AwsCaller } from '../base/aws/aws-call';
import type { Clock } from '../base/clock';
import type { Table } from '../storage/table';
import type { ChangeSink } from './changes';
import { EventBus } from './event-bus/event-bus';
import { Listeners } from './listeners';
import { NotificationSink } from './notifications/notification-sink';

/** Where changes go beside the database. No sink is called for a tenant in which nobody listens. */
export interface ChangeSinks {
  readonly listeners: Listeners;
  readonly notify: ChangeSink;
  readonly process: ChangeSink;
}

/** The sinks of a function that makes changes, as its environment names them. */
export function changeSinks(
  deps: { readonly registry: Table; readonly clock: Clock; readonly listeners?: Listeners },
  names: { readonly fanoutFunction: string; readonly eventBusName: string },
): ChangeSinks {
  const aws = new AwsCaller({ clock: deps.clock });
  return {
    listeners: deps.listeners ?? new Listeners(deps),
    notify: new NotificationSink(aws, names.fanoutFunction),
    process: new EventBus(aws, { name: names.eventBusName, clock: deps.clock }),
  };
}
