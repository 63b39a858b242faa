import type { InvocationFaults, SeededRandom, Simulation } from '@cirrus/local-aws';
import type { RestRequest } from './functions';

/** What the platform answered. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RestOperatorOptions {
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  readonly killed: number;
  readonly call: (request: RestRequest, faults: InvocationFaults) => Promise<Response>;
  readonly count: (fault: 'killed') => void;
}

const MOST_CALLS_BEFORE_KILL = 14;
const MOST_ATTEMPTS = 12;
const RETRY_MS = 1_000;
/** The SDK makes three attempts, so two faults in a row stay hidden. */
const HIDDEN_FAULTS = 2;

/**
 * A client of the REST API. It repeats a GET, PUT or DELETE that failed, as HTTP allows. It never repeats a POST: whether
 * that was carried out cannot be known. So a POST meets only faults that the SDK hides.
 */
export class RestOperator {
  requests = 0;
  readonly problems: string[] = [];
  /** While it is false, nothing is killed. */
  isFaulty = true;

  constructor(private readonly options: RestOperatorOptions) {}

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const { simulation } = this.options;
    const number = ++this.requests;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.attempt(method, path, body, `r${number}a${attempt}`);
      if (answer !== undefined) return answer;
      if (method === 'POST' || attempt === MOST_ATTEMPTS) {
        this.problems.push(`${method} ${path} failed ${attempt} times: ${JSON.stringify(body)}`);
        return { status: 500, body: {} };
      }
      await simulation.sleep(RETRY_MS);
    }
  }

  /** Undefined when the function failed. */
  private async attempt(method: string, path: string, body: unknown, id: string): Promise<Answer | undefined> {
    const { simulation, random, killed, call, count } = this.options;
    const isKilled = this.isFaulty && method !== 'POST' && random.chance(killed);
    if (isKilled) count('killed');
    const faults = {
      ...(method === 'POST' && { faultsInARow: HIDDEN_FAULTS }),
      ...(isKilled && { killedAfter: random.between(1, MOST_CALLS_BEFORE_KILL) }),
    };
    try {
      const response = await call({ method, path, body, id, at: simulation.now() }, faults);
      if (response.status >= 500) return undefined;
      const text = await response.text();
      return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
    } catch {
      return undefined;
    }
  }
}
