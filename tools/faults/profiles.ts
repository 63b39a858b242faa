/** What a seed is mostly about. */
export const PROFILE_NAMES = ['core', 'hierarchy', 'services', 'operations', 'software', 'rest'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** Templates with how often each is sent, in relation to the others. */
export type Weights = Readonly<Record<string, number>>;

/** How a profile makes its day. */
export interface Profile {
  /** Rows about a gateway or a child device of it. */
  readonly rows: Weights;
  /** Rows on the topic of a service. */
  readonly serviceRows?: Weights;
  /** Publishes of the day. */
  readonly publishes: number;
  /** Operations that are created for the fleet over the day. */
  readonly operations: number;
  /** Of a hundred publishes, how many are on a child's topic. */
  readonly onChild: number;
  /** REST clients at work. */
  readonly clients: number;
  /** The devices are created before the faults begin. */
  readonly fleetExists: boolean;
}

const READINGS: Weights = { '200': 6, '201': 3, '210': 1, '211': 3, '212': 1, '400': 4, '401': 1 };
const ALARMS: Weights = { '301': 2, '302': 2, '303': 2, '304': 1, '305': 2, '306': 3, '307': 1 };
const INVENTORY: Weights = {
  '107': 2,
  '110': 2,
  '111': 1,
  '112': 2,
  '113': 1,
  '114': 2,
  '115': 1,
  '116': 1,
  '118': 1,
  '120': 1,
  '122': 1,
  '143': 1,
  '150': 1,
  '402': 2,
};
const QUESTIONS: Weights = { '105': 1, '123': 1, '125': 1, '500': 1, '600': 0.5, '602': 0.5 };
const CREATION: Weights = { '100': 1, '101': 2 };

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  core: {
    rows: { ...READINGS, ...ALARMS, ...INVENTORY, ...QUESTIONS, '100': 1, '101': 1 },
    publishes: 44,
    operations: 0,
    onChild: 25,
    clients: 0,
    fleetExists: false,
  },
  hierarchy: {
    rows: { ...CREATION, '101': 8, '105': 1, '110': 2, '200': 3, '301': 1, '400': 1 },
    publishes: 36,
    operations: 0,
    onChild: 60,
    clients: 0,
    fleetExists: false,
  },
  services: {
    rows: { '102': 6, '101': 1, '200': 2, '105': 1 },
    serviceRows: { '104': 5, '200': 1, '301': 1, '400': 1, '306': 1 },
    publishes: 36,
    operations: 0,
    onChild: 35,
    clients: 0,
    fleetExists: false,
  },
  operations: {
    rows: {
      '500': 2,
      '114': 1,
      '200': 1,
      '507': 0.5,
      '501': 0.3,
      '502': 0.1,
      '503': 0.3,
      '504': 0.3,
      '505': 0.2,
      '506': 0.2,
    },
    publishes: 12,
    operations: 14,
    onChild: 20,
    clients: 0,
    fleetExists: true,
  },
  software: {
    rows: {
      '140': 2,
      '141': 4,
      '142': 4,
      '119': 1,
      '121': 1,
      '408': 4,
      '407': 2,
      '117': 1,
      '107': 2,
      '301': 1,
      '306': 1,
    },
    publishes: 36,
    operations: 0,
    onChild: 20,
    clients: 0,
    fleetExists: false,
  },
  rest: {
    rows: { '200': 1, '301': 1, '110': 1, '400': 1 },
    publishes: 10,
    operations: 3,
    onChild: 20,
    clients: 3,
    fleetExists: true,
  },
};
