import type { Route } from '../router';
import { alarmRoutes } from './alarms';
import { childRoutes } from './children';
import { claimRoutes } from './claims';
import { eventRoutes } from './events';
import { identityRoutes } from './identity';
import { inventoryRoutes } from './inventory';
import { measurementRoutes } from './measurements';
import { operationRoutes } from './operations';
import { rootRoutes } from './root';
import { seriesRoutes } from './series';
import { tenantRoutes } from './tenant';
import { userRoutes } from './users';

/** All routes of the platform. docs/rest.md#calls lists them for users. */
export const ROUTES: readonly Route[] = [
  ...rootRoutes,
  ...tenantRoutes,
  ...userRoutes,
  ...claimRoutes,
  ...inventoryRoutes,
  ...childRoutes,
  ...identityRoutes,
  ...measurementRoutes,
  ...seriesRoutes,
  ...eventRoutes,
  ...alarmRoutes,
  ...operationRoutes,
];
