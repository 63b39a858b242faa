import { RemovalPolicy, Tags } from 'aws-cdk-lib';
import { type IManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { defined } from '../lib/base/defined';
import { AvailabilityWatch } from './availability-watch';
import { type BrokerLogLevel, BrokerLogs } from './broker-logs';
import { Delivery, DeliveryQueues } from './delivery';
import { type DeviceDomain, DeviceEndpoint } from './device-endpoint';
import { EventProcessing } from './event-processing';
import { FailureAlarms } from './failure-alarms';
import { Failures } from './failures';
import type { CirrusFunction, FunctionSettings } from './function';
import { HttpApi } from './http-api';
import { Ingestion } from './ingestion';
import { Lifecycle } from './lifecycle';
import type { DeploymentTarget } from './messenger';
import { type PublicDomain, PublicEndpoint } from './public-endpoint';
import { Realtime } from './realtime';
import { Secrets } from './secrets';
import { Tables } from './tables';

/** Sizes of a whole PUBLISH packet that Cumulocity knows (docs/reference/mqtt-implementation.md#payload-limit). */
export type PayloadLimit = 8092 | 16184;

export interface CirrusProps {
  /**
   * The beginning of the names of functions, alarms and the secret. The IoT rules and the authorizer keep their fixed
   * names: topics and client IDs belong to the whole account, so a second deployment beside the first must fail.
   * @default 'cirrus'
   */
  readonly namePrefix?: string;
  /**
   * Tags on every resource that can have tags.
   * @default none
   */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * What no role of the deployment may exceed.
   * @default none
   */
  readonly permissionsBoundary?: IManagedPolicy;
  /**
   * What happens to tables, secret and logs when the stack is deleted. Kept tables are also protected by DynamoDB.
   * @default RemovalPolicy.RETAIN; DESTROY on an emulator
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * How long the logs of functions and of the REST API are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * For how many days back the registry can be restored, to any second: 1 to 35.
   * @default 35
   */
  readonly recoveryDays?: number;
  /**
   * Own host names for devices, with their certificate.
   * @default AWS chooses the host names
   */
  readonly domain?: DeviceDomain;
  /**
   * Own host names for REST and real-time notifications, with their certificate.
   * @default CloudFront names the host
   */
  readonly publicDomain?: PublicDomain;
  /**
   * `emulator` leaves out what LocalStack and its relatives lack: the custom authorizer, its domain configurations and
   * direct messages.
   * @default 'aws'
   */
  readonly target?: DeploymentTarget;
  /**
   * Bytes of a whole PUBLISH packet a device may send.
   * @default 16184
   */
  readonly payloadLimit?: PayloadLimit;
  /**
   * How many REST requests per second all tenants together may send, and how large a burst may be.
   * @default 1000 a second, 500 at once
   */
  readonly httpThrottle?: { readonly rate: number; readonly burst: number };
  /**
   * From which level AWS IoT writes its own log, for the whole account; `DISABLED` leaves the account's setting alone.
   * @default 'ERROR'
   */
  readonly brokerLogLevel?: BrokerLogLevel;
  /**
   * The SNS topic that alarms are sent to.
   * @default nobody; alarms are only seen in CloudWatch
   */
  readonly alarmTopic?: ITopic;
}

/**
 * A whole device cloud: devices connect with MQTT and a password, publish SmartREST, and are read and commanded over
 * REST. One per account and Region.
 */
export class Cirrus extends Construct {
  readonly tables: Tables;
  readonly failures: Failures;
  readonly deliveryQueue: DeliveryQueues;
  readonly eventBus: EventProcessing;
  readonly httpApi: HttpApi;
  readonly realtime: Realtime;
  /** Absent on an emulator, which has no CloudFront: REST and WebSockets then have hosts of their own. */
  readonly publicEndpoint?: PublicEndpoint;
  /** Absent on an emulator, whose broker lets everybody in. */
  readonly deviceEndpoint?: DeviceEndpoint;

  constructor(scope: Construct, id: string, props: CirrusProps = {}) {
    super(scope, id);
    const target = props.target ?? 'aws';
    const settings = settingsOf(props, target);
    const { removalPolicy } = settings;
    this.tables = new Tables(this, 'Tables', { removalPolicy, recoveryDays: props.recoveryDays ?? 35 });
    this.failures = new Failures(this, 'Failures', { removalPolicy });
    this.deliveryQueue = new DeliveryQueues(this, 'DeliveryQueue');
    this.eventBus = new EventProcessing(this, 'EventBus', { settings, tables: this.tables });
    const secrets = new Secrets(this, 'Secrets', { settings, removalPolicy });
    const shared = {
      settings,
      tables: this.tables,
      secrets,
      failures: this.failures,
      deliveryQueue: this.deliveryQueue,
    };
    const throttle = props.httpThrottle ?? { rate: 1000, burst: 500 };
    this.realtime = new Realtime(this, 'Realtime', { ...shared, throttle, target });
    const ingestion = new Ingestion(this, 'Ingestion', {
      ...shared,
      target,
      payloadLimit: props.payloadLimit ?? 16184,
    });
    const lifecycle = new Lifecycle(this, 'Lifecycle', { ...shared, target });
    const delivery = new Delivery(this, 'Delivery', { ...shared, target });
    const availability = new AvailabilityWatch(this, 'Availability', shared);
    this.httpApi = new HttpApi(this, 'HttpApi', { ...shared, throttle, target });
    this.realtime.addPolling(this.httpApi);
    for (const source of [ingestion, this.httpApi, lifecycle, availability]) {
      this.realtime.allowNotifications(source.function);
      this.eventBus.allowEvents(source.function);
    }
    if (target === 'aws') {
      const { httpApi, realtime } = this;
      const { namePrefix } = settings;
      const publicParts = { namePrefix, httpApi, realtime, domain: props.publicDomain };
      this.publicEndpoint = new PublicEndpoint(this, 'PublicEndpoint', defined(publicParts));
      this.deviceEndpoint = new DeviceEndpoint(this, 'DeviceEndpoint', defined({ ...shared, domain: props.domain }));
      this.addBrokerLogs(props.brokerLogLevel);
    }
    this.addAlarms(settings, props.alarmTopic, {
      Ingest: ingestion.function,
      Lifecycle: lifecycle.function,
      Deliver: delivery.function,
      Availability: availability.function,
    });
    for (const [key, value] of Object.entries(props.tags ?? {})) Tags.of(this).add(key, value);
    if (props.permissionsBoundary) PermissionsBoundary.of(this).apply(props.permissionsBoundary);
  }

  private addBrokerLogs(level: BrokerLogLevel = 'ERROR'): void {
    if (level !== 'DISABLED') new BrokerLogs(this, 'BrokerLogs', { level });
  }

  private addAlarms(
    { namePrefix }: FunctionSettings,
    topic: ITopic | undefined,
    functions: Readonly<Record<string, CirrusFunction>>,
  ): void {
    new FailureAlarms(
      this,
      'Alarms',
      defined({
        namePrefix,
        failureQueues: { Failures: this.failures.queue, DeliveryFailed: this.deliveryQueue.failed },
        functions: {
          ...functions,
          Api: this.httpApi.function,
          Realtime: this.realtime.function,
          FanOut: this.realtime.fanOut,
          ...(this.deviceEndpoint && { Authorize: this.deviceEndpoint.function }),
        },
        topic,
      }),
    );
  }
}

/** An emulator's data is gone with its process, and a kept table would only stand in the way of the next stack. */
function settingsOf(props: CirrusProps, target: DeploymentTarget): FunctionSettings {
  return {
    namePrefix: props.namePrefix ?? 'cirrus',
    logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
    removalPolicy: props.removalPolicy ?? (target === 'emulator' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN),
  };
}
