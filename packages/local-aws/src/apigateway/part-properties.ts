/** Which properties one part of an API may have. */
export interface PartProperties {
  readonly reads: readonly string[];
  readonly ignores: readonly string[];
}

/** The parts that both kinds of API have. */
export type ApiPart = 'Api' | 'Integration' | 'Route' | 'Stage';

/** All properties that a part may have. */
export const propertiesOf = ({ reads, ignores }: PartProperties): readonly string[] => [...reads, ...ignores];
