import {
  AsyncDelivery,
  CallFaults,
  FifoQueue,
  type InProcessDynamodb,
  Instances,
  type InvocationFaults,
  inProcess,
  SeededRandom,
  Simulation,
} from '@cirrus/local-aws';
import type { LifecycleEvent } from '../../lib/connections/lifecycle-event';
import type { Uplink } from '../../lib/mqtt/ingest';
import { mustComeSoon } from './come-soon';
import type { Day, PlannedOperation, PlannedPublish } from './day';
import { Fleet } from './fleet';
import { type FunctionInstance, newInstance, type RestRequest } from './functions';
import type { FaultRates } from './rates';
import { RestClients } from './rest-clients';
import { RestOperator } from './rest-operator';
import { StatusWatch } from './status-watch';

/** What a run of a day came to, beside what is in the database. */
export interface RunReport {
  readonly publishes: number;
  readonly requests: number;
  /** Operations whose status was written. */
  readonly moved: number;
  /** Writes that moved one backward, or to a second end. */
  readonly illegal: number;
  /** Faults that happened, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Events that went to a failure queue, and those that were handed over again from there. */
  readonly failed: number;
  readonly redriven: number;
  /** The status of each answer to a REST client. */
  readonly statuses: readonly number[];
  /** What was wrong with the run itself. */
  readonly problems: readonly string[];
}

export interface RunOptions {
  readonly database: InProcessDynamodb;
  readonly tenant: string;
  /** Absent: nothing goes wrong, and everything happens one after the other. */
  readonly rates?: FaultRates;
  /** Makes an instance of the functions. Default: from the code of the functions. */
  readonly newInstance?: typeof newInstance;
}

/** Idle instances of one function. */
const INSTANCES = 3;
/** Ms that one call takes at most where things overlap. */
const LONGEST_CALL = 12;
const MINUTE_MS = 60_000;
const VISIBILITY_MS = 6 * MINUTE_MS;
const MAX_RECEIVES = 5;
const REDRIVES = 3;
/** Causes that the schedule makes. Any other is a bug. */
const CAUSED = /by the fault schedule|^Killed|unprocessed|writers were faster/;

/** One run of a day in a tenant, by the code of the functions. */
export class DayRun {
  private readonly random: SeededRandom;
  private readonly simulation: Simulation;
  private readonly faults: CallFaults;
  private readonly ingests: AsyncDelivery<Uplink>;
  private readonly lifecycles: AsyncDelivery<LifecycleEvent>;
  private readonly queue: FifoQueue;
  private readonly rest: RestOperator;
  private readonly fleet: Fleet;
  private readonly watch: StatusWatch;
  private readonly counts: Record<string, number> = {};
  private readonly problems: string[] = [];
  /** Ids of the operations by key, as the platform answered. */
  private readonly ids = new Map<string, string>();
  /** Publishes that were handed over again before the end of the day. */
  private readonly soon = new Set<Uplink>();
  private publishes = 0;
  private failedEvents = 0;
  private redriven = 0;
  private reports = 0;

  constructor(
    private readonly day: Day,
    private readonly options: RunOptions,
  ) {
    const { rates } = options;
    this.watch = new StatusWatch(options.database);
    const random = new SeededRandom(`faults ${day.profile} ${day.seed}`);
    const simulation = new Simulation({ start: day.start, random, longestCall: rates ? LONGEST_CALL : 0 });
    this.random = random;
    this.simulation = simulation;
    this.faults = new CallFaults(random, rates?.calls ?? {}, this.count);
    const shared = { simulation, random, rates: rates?.delivery, count: this.count, killed: rates?.killed ?? 0 };
    this.ingests = new AsyncDelivery<Uplink>({
      ...shared,
      handle: this.functionOf((one, event) => one.ingest(event)),
      onFailed: (uplink, cause) => this.failed(uplink, cause),
    });
    this.lifecycles = new AsyncDelivery({ ...shared, handle: this.functionOf((one, event) => one.lifecycle(event)) });
    const receive = this.functionOf<Parameters<FunctionInstance['deliver']>[0], readonly string[]>((one, batch) =>
      one.deliver(batch),
    );
    this.queue = new FifoQueue({ ...shared, receive, visibility: VISIBILITY_MS, maxReceives: MAX_RECEIVES });
    this.rest = new RestOperator({
      ...shared,
      call: this.functionOf((one, request: RestRequest) => one.request(request)),
    });
    this.fleet = new Fleet({
      day,
      simulation,
      publish: (gateway, topic, payload) => this.report(gateway, topic, payload),
      announce: (event) => this.lifecycles.accept(event, event.timestamp),
      idOf: (key) => this.ids.get(key),
    });
  }

  async run(): Promise<RunReport> {
    const { day, simulation } = this;
    await this.inPeace(() => this.plan(day.publishes.filter(({ isSetup }) => isSetup)));
    this.plan(day.publishes.filter(({ isSetup }) => !isSetup));
    for (const operation of day.operations) simulation.at(operation.at, () => void this.createOperation(operation));
    if (day.operations.length > 0) this.planConnections();
    const clients = new RestClients({
      simulation,
      rest: this.rest,
      tenant: this.options.tenant,
      requests: day.requests,
    });
    clients.plan();
    await simulation.run();
    this.checkFailures();
    await this.redrive();
    if (day.operations.length > 0) await this.inPeace(() => this.comeBack());
    const { publishes, counts: faults, rest } = this;
    return {
      publishes,
      requests: rest.requests,
      moved: this.watch.operations,
      illegal: this.watch.problems.length,
      faults,
      failed: this.failedEvents,
      redriven: this.redriven,
      statuses: clients.statuses,
      problems: [...this.problems, ...rest.problems, ...this.watch.problems],
    };
  }

  private readonly count = (fault: string): void => {
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
  };

  private instances(): Instances<FunctionInstance> {
    const { simulation, random } = this;
    const { tenant, rates, newInstance: make = newInstance } = this.options;
    const faults = rates && this.faults;
    const queue = inProcess((operation, input) => this.queue.call(operation, input));
    const create = () =>
      make({ simulation, faults, database: this.watch, dataPlane: this.fleet.dataPlane, queue, tenant });
    return new Instances(create, random, INSTANCES);
  }

  /** A function with instances of its own. */
  private functionOf<E, T>(
    handle: (instance: FunctionInstance, event: E) => Promise<T>,
  ): (event: E, faults: InvocationFaults) => Promise<T> {
    const instances = this.instances();
    return (event, faults) =>
      instances.use((instance) => instance.process.invoke(() => handle(instance, event), faults));
  }

  /** Lets something happen to its end without any fault. */
  private async inPeace(happen: () => void): Promise<void> {
    const sources = [this.faults, this.ingests, this.lifecycles, this.queue, this.rest];
    const before = sources.map(({ isFaulty }) => isFaulty);
    for (const source of sources) source.isFaulty = false;
    happen();
    await this.simulation.run();
    for (const [index, source] of sources.entries()) source.isFaulty = before[index] ?? false;
  }

  private plan(publishes: readonly PlannedPublish[]): void {
    for (const { at, gateway, topic, payload, messageId } of publishes) {
      this.accept(at, gateway, topic, payload, messageId);
    }
  }

  private report(gateway: string, topic: string, payload: string): void {
    const number = (++this.reports).toString(16).padStart(7, '0');
    this.accept(this.simulation.now(), gateway, topic, payload, `f${number}-0000-4000-8000-000000000000`);
  }

  private accept(at: number, clientId: string, topic: string, text: string, messageId: string): void {
    this.publishes++;
    const payload = Buffer.from(text).toString('base64');
    this.ingests.accept({ payload, topic, clientId, receivedAt: at, messageId }, at);
  }

  private async createOperation({ serial, key, fragments }: PlannedOperation): Promise<void> {
    const found = await this.rest.send('GET', `/identity/externalIds/c8y_Serial/${serial}`);
    const { id: deviceId } = { id: undefined, ...(found.body.managedObject as object | undefined) };
    const created = await this.rest.send('POST', '/devicecontrol/operations', { deviceId, ...fragments });
    if (created.status === 201) this.ids.set(key, String(created.body.id));
    else this.problems.push(`operation ${key} for ${serial} was not created: ${created.status}`);
  }

  private planConnections(): void {
    const { day, simulation, random, options, fleet } = this;
    for (const gateway of fleet.gateways) {
      simulation.at(day.start + MINUTE_MS / 2, () => fleet.connect(gateway));
      const cuts = options.rates === undefined ? 0 : random.below(options.rates.cuts + 1);
      for (let cut = 0; cut < cuts; cut++) {
        this.count('cut');
        const at = day.start + MINUTE_MS + random.below(day.end - day.start - MINUTE_MS);
        simulation.at(at, () => fleet.disconnect(gateway));
        simulation.at(at + random.below(2 * MINUTE_MS), () => fleet.connect(gateway));
      }
    }
  }

  /** At the end of the day every gateway connects once more and asks for what it has missed. */
  private comeBack(): void {
    const { simulation, fleet } = this;
    simulation.pass(10 * MINUTE_MS);
    for (const gateway of fleet.gateways) {
      fleet.disconnect(gateway);
      fleet.connect(gateway);
      simulation.at(simulation.now() + MINUTE_MS, () => this.report(gateway.serial, 's/us', '500'));
    }
  }

  private failures(): readonly string[] {
    const async = [...this.ingests.failures, ...this.lifecycles.failures].map(({ cause }) => cause);
    return [...async, ...this.queue.failures.map(() => 'received too often')];
  }

  /** A publish went to the failure queue. Somebody hands it over again soon, where that must be soon. */
  private failed(uplink: Uplink, cause: string): void {
    this.failedEvents++;
    if (!CAUSED.test(cause)) this.problems.push(`failed by itself: ${cause}`);
    if (this.options.rates === undefined || this.soon.has(uplink) || !mustComeSoon(uplink, this.day)) return;
    this.soon.add(uplink);
    this.simulation.at(this.simulation.now() + MINUTE_MS, () => {
      this.redriven += this.ingests.redrive((event) => event === uplink);
    });
  }

  /** Everything that failed for good has a cause, and the schedule made it. */
  private checkFailures(): void {
    const others = [...this.lifecycles.failures.map(({ cause }) => cause), ...this.queue.failures.map(() => '')];
    this.failedEvents += others.length;
    for (const cause of others) {
      if (cause !== '' && !CAUSED.test(cause)) this.problems.push(`failed by itself: ${cause}`);
    }
    for (const event of this.ingests.lost) this.problems.push(`lost without a trace: ${JSON.stringify(event)}`);
  }

  /** At the end of the day what is in the failure queues is handed over again, without faults, until nothing fails. */
  private async redrive(): Promise<void> {
    for (let round = 0; round < REDRIVES && this.failures().length > 0; round++) {
      await this.inPeace(() => {
        this.simulation.pass(10 * MINUTE_MS);
        this.redriven += this.ingests.redrive() + this.lifecycles.redrive() + this.queue.redrive();
      });
    }
    for (const cause of this.failures()) this.problems.push(`failed again after redrive: ${cause}`);
  }
}
