import { SeededRandom } from '@cirrus/local-aws';
import { PROFILES, type Profile, type ProfileName } from './profiles';
import { ClientScript, type PlannedRequest } from './rest-script';
import { OPERATION_FRAGMENTS, ROWS, type RowContext } from './rows';

/** One publish of a gateway. */
export interface PlannedPublish {
  /** When the broker gets it, ms since the epoch. */
  readonly at: number;
  readonly gateway: string;
  readonly topic: string;
  readonly payload: string;
  readonly messageId: string;
  /** It makes the fleet, before anything goes wrong. */
  readonly isSetup: boolean;
}

/** An operation that an operator creates. */
export interface PlannedOperation {
  readonly at: number;
  /** Of the device that it is for. */
  readonly serial: string;
  readonly gateway: string;
  /** Names the operation: ids differ between two runs of the day. */
  readonly key: string;
  readonly number: number;
  /** The static template that carries it. */
  readonly template: string;
  readonly fragments: Readonly<Record<string, object>>;
}

/** What happens to a fleet on one day, before any fault. */
export interface Day {
  readonly profile: ProfileName;
  readonly seed: number;
  readonly start: number;
  readonly gateways: readonly string[];
  readonly publishes: readonly PlannedPublish[];
  readonly operations: readonly PlannedOperation[];
  /** What REST clients ask for; the requests of one client are in their order. */
  readonly requests: readonly PlannedRequest[];
  /** When the last of it has happened, ms since the epoch. */
  readonly end: number;
}

const START = Date.UTC(2026, 1, 3, 4, 0, 0);
const EPISODES = 4;
const EPISODE_MS = 60_000;
const BETWEEN_EPISODES_MS = 20 * 60_000;
const CHILDREN = 3;
const REQUESTS_PER_CLIENT = 16;

const childrenOf = (gateway: string): readonly string[] =>
  Array.from({ length: CHILDREN }, (_, index) => `${gateway}-c${index + 1}`);
const servicesOf = (gateway: string): readonly string[] => [`${gateway}-s1`, `${gateway}-s2`];

/** Plans the day of a seed. The same seed gives the same day. */
export function planDay(profile: ProfileName, seed: number): Day {
  return new DayPlan(profile, seed).plan();
}

class DayPlan {
  private readonly random: SeededRandom;
  private readonly profile: Profile;
  private readonly gateways: readonly string[];
  private readonly keyless = new Set<string>();
  private unique = 1;
  private messages = 0;

  constructor(
    private readonly name: ProfileName,
    private readonly seed: number,
  ) {
    this.random = new SeededRandom(`day ${name} ${seed}`);
    this.profile = PROFILES[name];
    this.gateways = Array.from({ length: this.random.between(2, 3) }, (_, index) => `gw${index + 1}`);
  }

  plan(): Day {
    const times = this.times(this.profile.publishes);
    return {
      profile: this.name,
      seed: this.seed,
      start: START,
      gateways: this.gateways,
      publishes: [...this.setup(), ...times.map((at) => this.publish(at))],
      operations: this.times(this.profile.operations).map((at) => this.operation(at)),
      requests: this.requests(),
      end: START + EPISODES * BETWEEN_EPISODES_MS,
    };
  }

  /** Times in the bursts of a day, ascending. */
  private times(count: number): number[] {
    const times = Array.from({ length: count }, () => {
      const episode = this.random.below(EPISODES);
      return START + 60_000 + episode * BETWEEN_EPISODES_MS + this.random.below(EPISODE_MS);
    });
    return times.sort((one, other) => one - other);
  }

  /** The rows that make the fleet. Where faults meet them too, they are the first publishes of the day. */
  private setup(): PlannedPublish[] {
    const isSetup = this.profile.fleetExists;
    return this.gateways.flatMap((gateway, index) => {
      const at = START + index * 2_000;
      const [child = ''] = childrenOf(gateway);
      const rows = isSetup
        ? [`100,${gateway},acme_Gateway`, `101,${child},child of ${gateway},acme_Child`]
        : [`100,${gateway},acme_Gateway`];
      return [this.message(at, gateway, 's/us', rows.join('\n'), isSetup)];
    });
  }

  private publish(at: number): PlannedPublish {
    const { random, profile } = this;
    const gateway = random.pick(this.gateways);
    const [children, services] = [childrenOf(gateway), servicesOf(gateway)];
    const mode = random.weighted({ s: 12, q: 1, t: 1, c: 1 });
    if (profile.serviceRows && random.chance(0.4)) {
      return this.message(
        at,
        gateway,
        `${mode}/us/${random.pick(services)}`,
        this.rows(at, profile.serviceRows, [], services),
      );
    }
    if (!random.chance(profile.onChild / 100)) {
      return this.message(at, gateway, `${mode}/us`, this.rows(at, profile.rows, children, services));
    }
    const addressed = random.pick(profile.fleetExists ? children.slice(0, 1) : children);
    const below = children.filter((child) => child > addressed);
    const weights = below.length > 0 ? profile.rows : { ...profile.rows, '101': 0 };
    return this.message(
      at,
      gateway,
      `${mode}/us/${addressed}`,
      this.rows(at, { ...weights, '100': 0 }, below, services),
    );
  }

  private rows(
    at: number,
    weights: Readonly<Record<string, number>>,
    children: readonly string[],
    services: readonly string[],
  ): string {
    const count = this.random.weighted({ '1': 5, '2': 2, '3': 2, '6': 1 });
    return Array.from({ length: Number(count) }, () => {
      const time = new Date(at - 500 - this.random.below(3_000)).toISOString();
      const context: RowContext = { random: this.random, children, services, time, unique: this.unique++ };
      return ROWS[this.random.weighted(weights)]?.(context) ?? '';
    }).join('\n');
  }

  private message(at: number, gateway: string, topic: string, payload: string, isSetup = false): PlannedPublish {
    const number = (++this.messages).toString(16).padStart(8, '0');
    return { at, gateway, topic, payload, messageId: `${number}-0000-4000-8000-000000000000`, isSetup };
  }

  private operation(at: number): PlannedOperation {
    const gateway = this.random.pick(this.gateways);
    const [child = gateway] = childrenOf(gateway);
    const serial = this.random.chance(0.3) ? child : gateway;
    const number = this.unique++;
    const key = `op-${String(number).padStart(4, '0')}`;
    const template = this.templateFor(serial);
    const fragments = { ...OPERATION_FRAGMENTS[template]?.(key), acme_Key: { key } };
    return { at, serial, gateway, key, number, template, fragments };
  }

  private requests(): PlannedRequest[] {
    return Array.from({ length: this.profile.clients }, (_, client) =>
      new ClientScript(client, this.random, this.gateways).plan(this.times(REQUESTS_PER_CLIENT)),
    ).flat();
  }

  /** Rows of some operations do not tell one from another of the same kind: a device gets only one of them. */
  private templateFor(serial: string): string {
    const template = this.random.pick(Object.keys(OPERATION_FRAGMENTS));
    if (!KEYLESS.includes(template)) return template;
    const name = `${serial} ${template}`;
    if (this.keyless.has(name)) return this.templateFor(serial);
    this.keyless.add(name);
    return template;
  }
}

/** Templates whose rows hold nothing but their number and the device. */
const KEYLESS: readonly string[] = ['510', '520'];
