import type { Service } from '../service';
import { inertResources } from './resources';

/** CloudWatch, its logs and CDK's metadata: resources that change nothing here at run time. They are made and do nothing. */
export const inertService: Service = { name: 'inert', resources: inertResources };
