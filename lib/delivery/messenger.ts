import {
  IoTDataPlaneClient,
  IoTDataPlaneServiceException,
  PublishCommand,
  SendDirectMessageCommand,
} from '@aws-sdk/client-iot-data-plane';

/**
 * What came of a message to one device.
 *
 * - `acknowledged`: the device's PUBACK arrived
 * - `sent`: the broker has sent it, without waiting for a PUBACK
 * - `offline`: the device is not connected
 * - `unknown`: no PUBACK came in time; the device may have the message
 * - `refused`: the broker will never deliver this message
 * - `throttled`: the broker is too busy; the message may be sent again
 */
export type SendResult = 'acknowledged' | 'sent' | 'offline' | 'unknown' | 'refused' | 'throttled';

export interface SendOptions {
  /** Send with QoS 1 and wait for the PUBACK. */
  readonly confirm: boolean;
}

/** Sends to exactly one connected client. A publish would reach all devices, because they share their topics. */
export interface DeviceMessenger {
  send(clientId: string, topic: string, payload: string, options: SendOptions): Promise<SendResult>;
}

/** How long a PUBACK may take, seconds (the service allows 1 to 15); the client's own time-out must be longer. */
const CONFIRM_TIMEOUT_S = 5;
const REQUEST_TIMEOUT_MS = (CONFIRM_TIMEOUT_S + 3) * 1000;

/** The data plane's client with the settings the messengers rely on. The SDK finds the endpoint by its Region. */
function dataPlaneClient(): IoTDataPlaneClient {
  return new IoTDataPlaneClient({
    maxAttempts: 1,
    requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
}

/**
 * The IoT data plane's SendDirectMessage. The client must have `maxAttempts: 1`: the SDK takes a missing PUBACK (504)
 * for transient and would deliver the same operation up to three times
 * (docs/reference/aws-platform.md#the-sdk-must-not-retry-a-direct-message).
 */
export class DirectMessenger implements DeviceMessenger {
  constructor(private readonly client: IoTDataPlaneClient) {}

  async send(clientId: string, topic: string, payload: string, { confirm }: SendOptions): Promise<SendResult> {
    try {
      await this.client.send(
        new SendDirectMessageCommand({
          clientId,
          topic,
          payload: new TextEncoder().encode(payload),
          confirmation: confirm,
          timeout: confirm ? CONFIRM_TIMEOUT_S : undefined,
        }),
      );
      return confirm ? 'acknowledged' : 'sent';
    } catch (error) {
      return resultOf(error);
    }
  }
}

/**
 * For emulators, which lack SendDirectMessage: it publishes on the topic. Every subscriber gets the message, so an
 * emulator serves one device at a time.
 */
export class TopicMessenger implements DeviceMessenger {
  constructor(private readonly client: IoTDataPlaneClient) {}

  async send(_clientId: string, topic: string, payload: string, { confirm }: SendOptions): Promise<SendResult> {
    try {
      await this.client.send(
        new PublishCommand({ topic, qos: confirm ? 1 : 0, payload: new TextEncoder().encode(payload) }),
      );
      return confirm ? 'acknowledged' : 'sent';
    } catch (error) {
      return resultOf(error);
    }
  }
}

/** The messenger of a deployment: direct messages on AWS, the topic on an emulator that lacks them. */
export function messengerFor({ target }: { readonly target: 'aws' | 'emulator' }): DeviceMessenger {
  const make = (): DeviceMessenger => {
    const client = dataPlaneClient();
    return target === 'emulator' ? new TopicMessenger(client) : new DirectMessenger(client);
  };
  let made: DeviceMessenger | undefined;
  // made when it is needed first: most invocations send nothing, and making it takes a tenth of a cold start
  return {
    send: (...message) => {
      made ??= make();
      return made.send(...message);
    },
  };
}

const BY_NAME: Readonly<Record<string, SendResult>> = {
  ResourceNotFoundException: 'offline',
  GatewayTimeoutException: 'unknown',
  ForbiddenException: 'refused',
  InvalidRequestException: 'refused',
  RequestEntityTooLargeException: 'refused',
  ThrottlingException: 'throttled',
  InternalFailureException: 'throttled',
  ServiceUnavailableException: 'throttled',
};
const BY_STATUS: Readonly<Record<number, SendResult>> = {
  400: 'refused',
  403: 'refused',
  404: 'offline',
  413: 'refused',
  429: 'throttled',
  504: 'unknown',
};

/** The name of the error comes from a header, which a proxy may remove. Then the status decides. */
function resultOf(error: unknown): SendResult {
  if (!(error instanceof Error)) throw error;
  const byName = BY_NAME[error.name];
  if (byName !== undefined) return byName;
  // our own time-out: the request may have gone through
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'unknown';
  const status = error instanceof IoTDataPlaneServiceException ? error.$metadata.httpStatusCode : undefined;
  const byStatus = status === undefined ? undefined : (BY_STATUS[status] ?? (status >= 500 ? 'throttled' : undefined));
  if (byStatus === undefined) throw error;
  return byStatus;
}
