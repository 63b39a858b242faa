import type { PlatformRequest } from '../request';

type Base = Pick<PlatformRequest, 'baseUrl'>;
const part = encodeURIComponent;

/** Absolute URLs of the platform's resources, as the `self` members and Location headers carry them. */
export const objectUrl = ({ baseUrl }: Base, id: string): string => `${baseUrl}/inventory/managedObjects/${part(id)}`;
export const childrenUrl = (base: Base, id: string, kind: string): string => `${objectUrl(base, id)}/${kind}`;
export const externalIdUrl = ({ baseUrl }: Base, type: string, externalId: string): string =>
  `${baseUrl}/identity/externalIds/${part(type)}/${part(externalId)}`;
export const externalIdsUrl = ({ baseUrl }: Base, id: string): string =>
  `${baseUrl}/identity/globalIds/${part(id)}/externalIds`;
export const measurementUrl = ({ baseUrl }: Base, id: string): string =>
  `${baseUrl}/measurement/measurements/${part(id)}`;
export const eventUrl = ({ baseUrl }: Base, id: string): string => `${baseUrl}/event/events/${part(id)}`;
export const alarmUrl = ({ baseUrl }: Base, id: string): string => `${baseUrl}/alarm/alarms/${part(id)}`;
export const operationUrl = ({ baseUrl }: Base, id: string): string =>
  `${baseUrl}/devicecontrol/operations/${part(id)}`;
export const userUrl = ({ baseUrl }: Base, tenant: string, user: string): string =>
  `${baseUrl}/user/${part(tenant)}/users/${part(user)}`;
