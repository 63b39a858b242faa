import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Cirrus, type CirrusProps } from './cirrus';

/** One Cirrus and what its users need to know about it. */
export class CirrusStack extends Stack {
  readonly cirrus: Cirrus;

  constructor(scope: Construct, id: string, props: CirrusProps, stackProps: StackProps = {}) {
    super(scope, id, { description: 'Cirrus: a device cloud that speaks SmartREST over MQTT', ...stackProps });
    this.cirrus = new Cirrus(this, 'Cirrus', props);
    const { deviceEndpoint, httpApi, tables, failures, deliveryQueue, eventBus, realtime, publicEndpoint } =
      this.cirrus;
    if (deviceEndpoint) {
      this.output('MqttHost', 'Devices connect here: MQTT over TLS, port 8883', deviceEndpoint.mqttHost);
      this.output('WebSocketHost', 'Devices connect here: wss://<host>/mqtt', deviceEndpoint.webSocketHost);
    }
    if (deviceEndpoint?.cnameTarget !== undefined) {
      this.output('CnameTarget', 'What both host names must be a CNAME of', deviceEndpoint.cnameTarget);
    }
    this.output('ApiUrl', 'The REST API and real-time notifications', publicEndpoint?.url ?? httpApi.url);
    if (!publicEndpoint) this.output('RealtimeUrl', 'Real-time notifications over WebSocket', realtime.url);
    this.output('RegistryTable', 'Tenants, users, inventory, alarms, operations', tables.registry.tableName);
    this.output('TelemetryTable', 'Measurements and events', tables.telemetry.tableName);
    this.output('EventBusName', 'Event processing: rules for what devices and users change', eventBus.bus.eventBusName);
    this.output('FailureQueueUrl', 'Messages nobody could handle', failures.queue.queueUrl);
    this.output('DeliveryFailedQueueUrl', 'Deliveries that failed again and again', deliveryQueue.failed.queueUrl);
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
