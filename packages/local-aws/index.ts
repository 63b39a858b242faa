/** What a host of the embedded cloud needs. Everything else is private to the package. */
export { type Clock, systemClock } from './src/clock';
export { EmbeddedCloud } from './src/cloud';
export { DATA_NAMES } from './src/data-directory';
export { itemBytes } from './src/dynamodb/capacity';
export { InProcessDynamodb } from './src/dynamodb/in-process';
export { AwsError } from './src/endpoint/aws-error';
export { bodyText } from './src/endpoint/sdk-messages';
export { AsyncDelivery, type DeliveryFault, type DeliveryFaultRates } from './src/faults/async-delivery';
export { type CallFault, type CallFaultRates, CallFaults } from './src/faults/call-faults';
export { makeFaulty } from './src/faults/faulty-client';
export { type FifoMessage, FifoQueue } from './src/faults/fifo-queue';
export {
  type InProcessHandler,
  inProcess,
  inProcessRest,
  inProcessSettings,
} from './src/faults/in-process';
export { Instances } from './src/faults/instances';
export { SeededRandom } from './src/faults/seeded-random';
export { type InvocationFaults, type SimulatedProcess, Simulation } from './src/faults/simulation';
export type { IotEvent } from './src/iot/events';
export { type Costs, type Usage, unitsOf, usageBetween } from './src/meter/meter';
export type { Metric } from './src/meter/prices';
export type { CloudPorts, EmbeddedCloudOptions } from './src/options';
export { makeOwnerOnly, SharedFolderError } from './src/owner-only';
export { type Assembly, readAssembly } from './src/template/assembly';
export { TemplateError } from './src/template/template';
