import { objectUrlOf } from '../../changes/links';
import type { PlatformRequest } from '../request';

type Base = Pick<PlatformRequest, 'baseUrl'>;
const part = encodeURIComponent;

/** Absolute URLs of the platform's resources, for `self` members and Location headers. */
export const objectUrl = ({ baseUrl }: Base, id: string): string => objectUrlOf(baseUrl, 'managedobjects', id);
export const childrenUrl = (base: Base, id: string, kind: string): string => `${objectUrl(base, id)}/${kind}`;
export const childUrl = (base: Base, id: string, kind: string, child: string): string =>
  `${childrenUrl(base, id, kind)}/${part(child)}`;
export const externalIdUrl = ({ baseUrl }: Base, type: string, externalId: string): string =>
  `${baseUrl}/identity/externalIds/${part(type)}/${part(externalId)}`;
export const externalIdsUrl = ({ baseUrl }: Base, id: string): string =>
  `${baseUrl}/identity/globalIds/${part(id)}/externalIds`;
export const userUrl = ({ baseUrl }: Base, tenant: string, user: string): string =>
  `${baseUrl}/user/${part(tenant)}/users/${part(user)}`;
