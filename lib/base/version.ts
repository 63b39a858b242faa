import { version } from '../../package.json';

/** The version of this release. The system option `system/version` and row `601` show it. */
export const PLATFORM_VERSION: string = version;
