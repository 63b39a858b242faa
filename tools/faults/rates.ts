import type { CallFaultRates, DeliveryFaultRates } from '@cirrus/local-aws';

/** How often what goes wrong, in a run with faults. */
export interface FaultRates {
  readonly calls: CallFaultRates;
  readonly delivery: DeliveryFaultRates;
  /** The probability that an invocation is killed that no asynchronous delivery repeats: REST and the delivery queue. */
  readonly killed: number;
  /** Cuts of a gateway's connection in a day, at most. */
  readonly cuts: number;
}

/** Far more than any real day has, so that faults meet each other. */
export const ROUGH: FaultRates = {
  calls: {
    dynamodb: {
      throttled: 0.01,
      lostRequest: 0.01,
      lostAnswer: 0.02,
      timedOut: 0.005,
      failed: 0.005,
      unprocessed: 0.2,
    },
    sqs: { throttled: 0.02, lostAnswer: 0.05, timedOut: 0.01 },
    iotdata: { offline: 0.03, busy: 0.05, unanswered: 0.08, broken: 0.03 },
  },
  delivery: { twice: 0.15, late: 0.25, killed: 0.12, poisoned: 0.03, latest: 60_000, latestRepetition: 15 * 60_000 },
  killed: 0.1,
  cuts: 3,
};
