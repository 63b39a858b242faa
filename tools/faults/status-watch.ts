import type { InProcessDynamodb } from '@cirrus/local-aws';

/** The statuses an operation may take after each of them. One that is over stays as it is. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['EXECUTING', 'SUCCESSFUL', 'FAILED'],
  EXECUTING: ['SUCCESSFUL', 'FAILED'],
};

/**
 * Reads along what a run writes into the records of its operations, whoever writes it. An operation must end once, and
 * its status must only move forward (docs/reliability.md#what-is-promised).
 */
export class StatusWatch implements Pick<InProcessDynamodb, 'handle'> {
  /** What an operation was not allowed to do, for people. */
  readonly problems: string[] = [];
  readonly #statuses = new Map<string, string>();

  constructor(private readonly database: Pick<InProcessDynamodb, 'handle'>) {}

  /** How many operations were written to. */
  get operations(): number {
    return this.#statuses.size;
  }

  /** Answers one request of the SDK, as the database does. */
  async handle(request: Parameters<InProcessDynamodb['handle']>[0]): ReturnType<InProcessDynamodb['handle']> {
    const answer = await this.database.handle(request);
    if (isProgress(textOf(request.body)) && answer.response.statusCode === 200) this.#see(answer.response.body);
    return answer;
  }

  #see(body: Uint8Array): void {
    const { Attributes: record } = JSON.parse(Buffer.from(body).toString('utf8')) as { Attributes?: Attributes };
    const id = record?.id?.S;
    if (record?.progress?.S === undefined || id === undefined) return;
    const { status } = JSON.parse(record.progress.S) as { readonly status: string };
    const before = this.#statuses.get(id) ?? 'PENDING';
    this.#statuses.set(id, status);
    if (status !== before && !NEXT[before]?.includes(status))
      this.problems.push(`${id} went from ${before} to ${status}`);
  }
}

type Attributes = Readonly<Record<string, { readonly S?: string } | undefined>>;

/** Whether a request writes the progress of an operation. */
const isProgress = (text: string): boolean => text.includes('progressVersion <= :version');

/** The SDK sends bytes, and the client without it text. */
export const textOf = (body: unknown): string =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
