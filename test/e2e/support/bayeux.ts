import { BasicAuth, Client } from '@c8y/client';
import { WebSocket } from 'ws';
import type { ProvidedCirrus } from './cirrus';
import { eventually } from './eventually';

/** What a subscriber hears. */
export interface Notification {
  readonly channel: string;
  readonly data: { readonly realtimeAction: string; readonly data: Readonly<Record<string, unknown>> };
}

export type Transport = 'long-polling' | 'websocket';

/** Cumulocity's client as it comes from npm; in Node it finds a WebSocket only where a page would. */
export function c8yClient({ endpoints, tenant, user, password }: ProvidedCirrus, transport: Transport): Client {
  const page = (globalThis as { window?: { WebSocket?: unknown } }).window;
  if (page === undefined) throw new Error("@c8y/client's CometD has made no window");
  page.WebSocket = transport === 'websocket' ? WebSocket : undefined;
  return new Client(new BasicAuth({ tenant, user, password }), endpoints.http);
}

/** Collects what a channel's subscriber hears. */
export class Listener {
  readonly heard: Notification[] = [];

  /** The first notification, from before or from now on, that the predicate takes. */
  waitFor(predicate: (notification: Notification) => boolean): Promise<Notification> {
    return eventually(() => {
      const found = this.heard.find(predicate);
      if (found === undefined) throw new Error(`nothing of the kind in ${JSON.stringify(this.heard)}`);
      return found;
    });
  }
}

/** Subscribes with Cumulocity's client and waits for the acknowledgement. */
export async function subscribe(client: Client, channel: string): Promise<Listener> {
  const listener = new Listener();
  const subscribed = new Promise<void>((resolve, reject) => {
    client.realtime.addHandshakeListener((message: { successful: boolean }) => {
      if (!message.successful) reject(new Error(JSON.stringify(message)));
    });
    // biome-ignore lint/complexity/useLiteralKeys: what CometD tells of subscriptions has no public door in @c8y/client
    const cometd = client.realtime['cometd'] as unknown as {
      addListener(channel: string, callback: (message: { subscription: string; successful: boolean }) => void): void;
    };
    cometd.addListener('/meta/subscribe', (message) => {
      if (message.subscription !== channel) return;
      if (message.successful) resolve();
      else reject(new Error(JSON.stringify(message)));
    });
  });
  client.realtime.subscribe(channel, (message: Notification) => listener.heard.push(message));
  await subscribed;
  return listener;
}
