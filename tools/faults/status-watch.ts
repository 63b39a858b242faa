import { bodyText, type InProcessDynamodb } from '@cirrus/local-aws';

/** The statuses an operation may take after each of them. One that is over stays as it is. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['EXECUTING', 'SUCCESSFUL', 'FAILED'],
  EXECUTING: ['SUCCESSFUL', 'FAILED'],
};

/** What became of an operation, and the place in the broker's order of the message that said it. */
interface Progress {
  readonly status: string;
  readonly asOf: string;
}

/**
 * Reads along what a run writes into the records of its operations, whoever writes it. In the order of the broker an
 * operation must end once, and its status must only move forward (docs/reliability.md#what-is-promised).
 */
export class StatusWatch implements Pick<InProcessDynamodb, 'handle'> {
  /** What an operation was not allowed to do, for people. */
  readonly problems: string[] = [];
  readonly #seen = new Map<string, Progress>();

  constructor(private readonly database: Pick<InProcessDynamodb, 'handle'>) {}

  /** How many operations were written to. */
  get operations(): number {
    return this.#seen.size;
  }

  /** Answers one request of the SDK, as the database does. */
  async handle(request: Parameters<InProcessDynamodb['handle']>[0]): ReturnType<InProcessDynamodb['handle']> {
    const answer = await this.database.handle(request);
    if (isProgress(bodyText(request.body)) && answer.response.statusCode === 200) this.#see(answer.response.body);
    return answer;
  }

  #see(body: Uint8Array): void {
    const { Attributes: record } = JSON.parse(Buffer.from(body).toString('utf8')) as { Attributes?: Attributes };
    const id = record?.id?.S;
    if (record?.progress?.S === undefined || id === undefined) return;
    const progress = JSON.parse(record.progress.S) as Progress;
    const before = this.#seen.get(id) ?? { status: 'PENDING', asOf: '' };
    this.#seen.set(id, progress);
    if (!isLegal(before, progress)) {
      this.problems.push(
        `${id} went from ${before.status} at ${before.asOf} to ${progress.status} at ${progress.asOf}`,
      );
    }
  }
}

/**
 * Whether an operation may change so. A row without an id can end the wrong one of several operations while an older row
 * is still on its way. When that comes, it takes the operation that it means, and the status is that of the older one.
 */
const isLegal = (before: Progress, after: Progress): boolean =>
  before.status === after.status || after.asOf < before.asOf || NEXT[before.status]?.includes(after.status) === true;

type Attributes = Readonly<Record<string, { readonly S?: string } | undefined>>;

/** Whether a request writes the progress of an operation. */
const isProgress = (text: string): boolean => text.includes('progressVersion <= :version');
