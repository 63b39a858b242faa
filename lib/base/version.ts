import { version } from '../../package.json';

/** What system option `system/version` and row `601` say. */
export const PLATFORM_VERSION: string = version;
