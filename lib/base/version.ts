/**
 * The version of this release, the same as in package.json. The system option `system/version` and row `601` show it.
 */
export const PLATFORM_VERSION = '0.1.0';
