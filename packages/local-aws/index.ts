/** What a host of the embedded cloud needs. Everything else is private to the package. */
export { type Clock, systemClock } from './src/clock';
export { EmbeddedCloud } from './src/cloud';
export { itemBytes } from './src/dynamodb/capacity';
export { InProcessDynamodb } from './src/dynamodb/in-process';
export type { IotEvent } from './src/iot/events';
export { type Costs, type Usage, unitsOf, usageBetween } from './src/meter/meter';
export type { Metric } from './src/meter/prices';
export type { CloudPorts, EmbeddedCloudOptions } from './src/options';
export { type Assembly, readAssembly } from './src/template/assembly';
export { TemplateError } from './src/template/template';
