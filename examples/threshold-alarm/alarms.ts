import * as z from 'zod/mini';
import type { Connection } from './connection';

const raised = z.object({ id: z.string() });

/** Raises and clears alarms over REST, as any client would. */
export class Alarms {
  constructor(private readonly connection: Connection) {}

  /** Raises an alarm and returns its id. When the alarm is open already, its count grows. */
  async raise(source: string, alarm: { type: string; text: string; time: string }): Promise<string> {
    const body = { source: { id: source }, severity: 'MAJOR', ...alarm };
    return raised.parse(await this.send('POST', '/alarm/alarms', body)).id;
  }

  async clear(id: string): Promise<void> {
    await this.send('PUT', `/alarm/alarms/${id}`, { status: 'CLEARED' });
  }

  private async send(method: string, path: string, body: object): Promise<unknown> {
    const { url, user, password } = this.connection;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }
}
