import type { Service } from '../service';
import { inertResources } from './resources';

/** CloudWatch, its logs and CDK's metadata. Their resources are accepted and have no effect here. */
export const inertService: Service = { name: 'inert', resources: inertResources };
