import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { SQSClient } from '@aws-sdk/client-sqs';
import {
  type CallFaults,
  type FifoMessage,
  type InProcessDynamodb,
  type InProcessHandler,
  inProcessSettings,
  makeFaulty,
  type SimulatedProcess,
  type Simulation,
} from '@cirrus/local-aws';
import { defined } from '../../lib/base/defined';
import { ok, type Result } from '../../lib/base/result';
import { ClaimLookup } from '../../lib/connections/claim-lookup';
import { Claims } from '../../lib/connections/claims';
import { Connections } from '../../lib/connections/connections';
import { DeviceIdentifiers } from '../../lib/connections/device-identifiers';
import type { LifecycleEvent } from '../../lib/connections/lifecycle-event';
import { bringUpToDate } from '../../lib/delivery/deliver';
import { DirectMessenger } from '../../lib/delivery/messenger';
import { DeliveryQueue, parseDeliveryRequest, retrySoon } from '../../lib/delivery/queue';
import { createApp } from '../../lib/http/app';
import { composeIngest } from '../../lib/mqtt/compose-ingest';
import { ingest, type Sender, type Uplink } from '../../lib/mqtt/ingest';
import { Credentials, type Principal } from '../../lib/platform/access/credentials';
import { SERIAL } from '../../lib/platform/inventory/identity';
import { platformServices } from '../../lib/platform/services';
import { beginChanges, beginWork } from '../../lib/platform/unit-of-work';
import { PROTOCOLS } from '../../lib/protocols/protocols';
import { carriesOperations } from '../../lib/protocols/topics';
import { Table } from '../../lib/storage/table';
import { directClient } from './direct-client';

/** One REST request, with the id and the time that API Gateway gives it. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly id: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** What the functions of one run share. */
export interface Surroundings {
  readonly simulation: Simulation;
  /** Absent: nothing goes wrong. */
  readonly faults?: CallFaults | undefined;
  readonly database: Pick<InProcessDynamodb, 'handle'>;
  readonly dataPlane: InProcessHandler;
  readonly queue: InProcessHandler;
  readonly tenant: string;
}

/** One instance of every function. An instance of one function never handles the events of another. */
export interface FunctionInstance {
  readonly process: SimulatedProcess;
  ingest(uplink: Uplink): Promise<unknown>;
  lifecycle(event: LifecycleEvent): Promise<void>;
  /** Returns the ids of the messages that failed. */
  deliver(batch: readonly FifoMessage[]): Promise<readonly string[]>;
  request(request: RestRequest): Promise<Response>;
}

const QUEUE_URL = 'http://in.process/delivery.fifo';
const BASE_URL = 'http://day.example.com';
const PAYLOAD_LIMIT = 16_184;

/** A new instance with empty caches and clients of its own. What it does is what `functions/` does. */
export function newInstance(around: Surroundings): FunctionInstance {
  const { faults, tenant } = around;
  const clock = around.simulation.process();
  const client =
    faults === undefined ? directClient(around.database) : new DynamoDBClient(inProcessSettings(around.database));
  const dataPlane = new IoTDataPlaneClient(inProcessSettings(around.dataPlane, 1));
  const sqs = new SQSClient(inProcessSettings(around.queue));
  if (faults !== undefined) {
    makeFaulty(client, { service: 'dynamodb', process: clock, faults });
    makeFaulty(dataPlane, { service: 'iotdata', process: clock, faults });
    makeFaulty(sqs, { service: 'sqs', process: clock, faults });
  }
  const [registry, telemetry] = [new Table(client, 'registry', clock), new Table(client, 'telemetry', clock)];
  const deps = { registry, telemetry, clock };
  const messenger = new DirectMessenger(dataPlane);
  const senderOf = async (clientId: string): Promise<Sender> => ({ tenant, user: userOf(clientId), serial: clientId });
  const services = platformServices(deps);
  const connections = new Connections(deps);
  const queue = new DeliveryQueue(sqs, QUEUE_URL);
  const ingestDeps = {
    ...composeIngest({ ...deps, protocols: PROTOCOLS, messenger, payloadLimit: PAYLOAD_LIMIT }),
    senderOf,
  };
  const credentials = new Operator(deps, async () => new Uint8Array(1));
  const claims = new Claims(registry, clock);
  const lookup = new ClaimLookup(registry, clock);
  const identifiers = new DeviceIdentifiers({ ...services, claims, lookup, endConnection: async () => undefined });
  services.inventory.beforeDeletion(async (of, names) => {
    for (const { type, externalId } of names) if (type === SERIAL) await identifiers.release(of, externalId);
  });
  const app = createApp(
    {
      ...services,
      credentials,
      identifiers,
      requestDelivery: async (request, cause) => {
        const connection = await connections.find(request.tenant, request.agentSerial);
        await queue.requestDelivery(defined({ ...request, clientId: connection?.clientId }), cause);
      },
    },
    {
      clock,
      beginWork: (origin) => beginWork({ ...deps, tenants: services.tenants }, origin),
      onUnexpected: () => undefined,
    },
  );
  return {
    process: clock,
    ingest: (uplink) => ingest(uplink, ingestDeps),
    lifecycle: async (event) => {
      const { clientId, sessionIdentifier: messageId, timestamp } = event;
      const change = await connections.apply(tenant, clientId, event);
      const wantsOperations = change.subscribed.some((filter) => carriesOperations(filter, PROTOCOLS));
      const agent = wantsOperations || change.presence ? await services.devices.find(tenant, clientId) : undefined;
      if (agent === undefined) return;
      if (change.presence !== undefined) {
        const { at: receivedAt, connected } = change.presence;
        const origin = { tenant, user: userOf(clientId), mode: 'PERSISTENT', receivedAt, messageId, row: 1 } as const;
        const work = beginChanges({}, origin);
        await services.availability.recordConnection({ origin, effects: work.effects }, agent, connected);
        await work.flush();
      }
      if (!wantsOperations) return;
      const request = { tenant, agentId: agent.id, agentSerial: clientId, clientId };
      await queue.requestDelivery(request, `subscribed/${tenant}/${clientId}/${messageId}/${timestamp}`);
    },
    deliver: async (batch) => {
      const deliverDeps = { operations: services.operations, connections, messenger, writers: PROTOCOLS, clock };
      for (const [index, { body }] of batch.entries()) {
        try {
          const request = parseDeliveryRequest(body);
          if (!request.ok) throw new Error(request.error);
          await bringUpToDate(request.value, deliverDeps);
        } catch {
          const left = batch.slice(index);
          await retrySoon(sqs, QUEUE_URL, left.map(asReceived));
          return left.map(({ messageId }) => messageId);
        }
      }
      return [];
    },
    request: async ({ method, path, body, id, at }) =>
      app.request(
        `${BASE_URL}${path}`,
        {
          method,
          headers: {
            accept: 'application/json',
            'content-type': 'application/json',
            authorization: credentialsOf(tenant),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        },
        { requestContext: { requestId: id, timeEpoch: at } },
      ),
  };
}

/** The user of a gateway. */
const userOf = (serial: string): string => `device_${serial}`;
const credentialsOf = (tenant: string): string =>
  `Basic ${Buffer.from(`${tenant}/operator:password`).toString('base64')}`;

/** Knows one administrator, because checking a password takes real time and not the simulation's. */
class Operator extends Credentials {
  override async verify(tenant: string, user: string): Promise<Result<Principal, never>> {
    return ok({ tenant, user, kind: 'human', roles: ['admin'] });
  }
}

const asReceived = ({ messageId, receiptHandle, receiveCount }: FifoMessage) => ({
  messageId,
  receiptHandle,
  attributes: { ApproximateReceiveCount: String(receiveCount) },
});
