import type { SeededRandom } from '@cirrus/local-aws';

/** One request of a REST client. `{name}` in path and body stands for an id that an earlier answer gave. */
export interface PlannedRequest {
  readonly at: number;
  /** The requests of a client follow one another, each after the answer to the one before. */
  readonly client: number;
  readonly method: 'POST' | 'PUT' | 'DELETE' | 'GET';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Under which name the id in the answer is kept. */
  readonly saves?: string;
}

type Requests = (script: ClientScript) => Omit<PlannedRequest, 'at' | 'client'> | undefined;

const SEVERITIES = ['CRITICAL', 'MAJOR', 'MINOR', 'WARNING'] as const;
const FRAGMENTS = ['acme_Valve', 'acme_Pump', 'c8y_Hardware', 'c8y_Position'] as const;

const MOST_TRIES = 5;

/** What a client does, with how often it does it. Undefined: it has nothing yet to do it to. */
const ACTIONS: readonly (readonly [weight: number, requests: Requests])[] = [
  [5, (script) => script.createObject()],
  [5, (script) => script.updateObject()],
  [3, (script) => script.addChild()],
  [2, (script) => script.createChild()],
  [1, (script) => script.bind()],
  [3, (script) => script.createAlarm()],
  [3, (script) => script.update('alarm', '/alarm/alarms', { status: script.random.pick(['ACKNOWLEDGED', 'CLEARED']) })],
  [3, (script) => script.createEvent()],
  [
    3,
    (script) =>
      script.update('event', '/event/events', { text: `text ${script.next()}`, acme_Note: { n: script.next() } }),
  ],
  [1, (script) => script.remove('event', '/event/events')],
  [3, (script) => script.createMeasurement()],
  [2, (script) => script.createOperation()],
  [2, (script) => script.closeOperation()],
  [1, (script) => script.remove('object', '/inventory/managedObjects')],
  [1, (script) => script.createUser()],
];

/** Plans what one client does on a day. Its objects are its own; only the gateways are everybody's. */
export class ClientScript {
  private readonly made: Record<string, string[]> = {};
  private number = 0;
  /** ISO time of the request. */
  private time = '';

  constructor(
    private readonly client: number,
    readonly random: SeededRandom,
    private readonly gateways: readonly string[],
  ) {}

  plan(times: readonly number[]): PlannedRequest[] {
    const { client } = this;
    const known = this.gateways.map((serial, index) => ({
      at: (times[0] ?? 0) - 1_000 + index,
      client,
      method: 'GET' as const,
      path: `/identity/externalIds/c8y_Serial/${serial}`,
      saves: `${client}-${serial}`,
    }));
    return [...known, ...times.map((at) => ({ at, client, ...this.request(at) }))];
  }

  next(): number {
    return this.client * 1_000 + ++this.number;
  }

  createObject() {
    const name = this.name('object');
    const isAgent = this.random.chance(0.3);
    const body = {
      name,
      type: `acme_Type${this.random.below(3)}`,
      ...this.fragment(),
      ...(isAgent && { c8y_IsDevice: {}, com_cumulocity_model_Agent: {} }),
    };
    if (isAgent) this.made.agent = [...(this.made.agent ?? []), name];
    return { method: 'POST' as const, path: '/inventory/managedObjects', body, saves: name };
  }

  updateObject() {
    const { random } = this;
    if (random.chance(0.2)) {
      const path = `/inventory/managedObjects/{${this.client}-${random.pick(this.gateways)}}`;
      return { method: 'PUT' as const, path, body: { [`acme_Client${this.client}`]: { n: this.next() } } };
    }
    const change = random.chance(0.4) ? { type: `acme_Type${random.below(3)}` } : {};
    const removed = random.chance(0.3) ? { [random.pick(FRAGMENTS)]: null } : {};
    return this.update('object', '/inventory/managedObjects', { ...this.fragment(), ...change, ...removed });
  }

  addChild() {
    const [parent, child] = [this.any('object'), this.any('object')];
    // numbers ascend from parent to child, so that no object comes below itself
    if (parent === undefined || child === undefined || parent >= child) return undefined;
    const kind = this.random.pick(['childAssets', 'childAdditions', 'childDevices']);
    const path = `/inventory/managedObjects/{${parent}}/${kind}`;
    if (this.random.chance(0.3)) return { method: 'DELETE' as const, path: `${path}/{${child}}` };
    return { method: 'POST' as const, path, body: { managedObject: { id: `{${child}}` } } };
  }

  createChild() {
    const parent = this.any('object');
    if (parent === undefined) return undefined;
    const name = this.name('object');
    const body = { name, type: 'acme_Child', ...this.fragment() };
    return { method: 'POST' as const, path: `/inventory/managedObjects/{${parent}}/childAdditions`, body, saves: name };
  }

  bind() {
    const object = this.any('object');
    if (object === undefined) return undefined;
    const body = { type: 'acme_Number', externalId: `number ${this.next()}` };
    return { method: 'POST' as const, path: `/identity/globalIds/{${object}}/externalIds`, body };
  }

  createAlarm() {
    const body = {
      ...this.about('alarm'),
      type: `acme_Alarm${this.client}${this.random.below(2)}`,
      severity: this.random.pick(SEVERITIES),
    };
    return { method: 'POST' as const, path: '/alarm/alarms', body, saves: this.name('alarm') };
  }

  createEvent() {
    const body = { ...this.about('event'), type: 'acme_Event', acme_Note: { n: 0 } };
    return { method: 'POST' as const, path: '/event/events', body, saves: this.name('event') };
  }

  createMeasurement() {
    const one = () => {
      const { source, time } = this.about('measurement');
      // two equal ones are two
      return { source, time, type: 'acme_Set', acme_Flow: { A: { value: this.random.below(3), unit: 'l/s' } } };
    };
    const body = this.random.chance(0.3) ? { measurements: [one(), one(), one()] } : one();
    return { method: 'POST' as const, path: '/measurement/measurements', body };
  }

  createOperation() {
    const agent = this.any('agent');
    if (agent === undefined) return undefined;
    const name = this.name('operation');
    const body = { deviceId: `{${agent}}`, acme_Do: { what: name }, acme_Key: { key: `rest ${name}` } };
    return { method: 'POST' as const, path: '/devicecontrol/operations', body, saves: name };
  }

  /** A status is reported once, and only forward. */
  closeOperation() {
    const [name] = this.made.operation?.splice(0, 1) ?? [];
    if (name === undefined) return undefined;
    const status = this.random.pick(['SUCCESSFUL', 'FAILED']);
    const body = {
      status,
      ...(status === 'FAILED' && { failureReason: `of ${name}` }),
      acme_Result: { n: this.next() },
    };
    return { method: 'PUT' as const, path: `/devicecontrol/operations/{${name}}`, body };
  }

  createUser() {
    const userName = `device_user${this.next()}`;
    return {
      method: 'POST' as const,
      path: '/user/{tenant}/users',
      body: { userName, password: `password-${userName}` },
    };
  }

  update(kind: string, path: string, body: Readonly<Record<string, unknown>>) {
    const name = this.any(kind);
    return name === undefined ? undefined : { method: 'PUT' as const, path: `${path}/{${name}}`, body };
  }

  remove(kind: string, path: string) {
    const name = this.any(kind);
    if (name === undefined) return undefined;
    for (const of of [kind, 'agent']) this.made[of] = (this.made[of] ?? []).filter((one) => one !== name);
    return { method: 'DELETE' as const, path: `${path}/{${name}}` };
  }

  private request(at: number): Omit<PlannedRequest, 'at' | 'client'> {
    this.time = new Date(at - 500).toISOString();
    for (let tried = 0; tried < MOST_TRIES; tried++) {
      const request = this.action()(this);
      if (request !== undefined) return request;
    }
    return this.createObject();
  }

  private action(): Requests {
    let left = this.random.next() * ACTIONS.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, requests] of ACTIONS) {
      left -= weight;
      if (left < 0) return requests;
    }
    return (script) => script.createObject();
  }

  private about(kind: string) {
    const object = this.any('object');
    const source = object ?? `${this.client}-${this.random.pick(this.gateways)}`;
    return { source: { id: `{${source}}` }, time: this.time, text: `${kind} ${this.next()}` };
  }

  private fragment(): Readonly<Record<string, object>> {
    return { [this.random.pick(FRAGMENTS)]: { n: this.next() } };
  }

  /** Something of this kind that the client has made. */
  private any(kind: string): string | undefined {
    const made = this.made[kind] ?? [];
    return made.length === 0 ? undefined : this.random.pick(made);
  }

  private name(kind: string): string {
    const name = `${kind} ${String(this.next()).padStart(6, '0')}`;
    this.made[kind] = [...(this.made[kind] ?? []), name];
    return name;
  }
}
