import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../lib/base/result';

/** How to start the embedded cloud. Port 0 is any free port. */
export interface LocalOptions {
  readonly host: string;
  readonly ports: {
    readonly mqtt: number;
    readonly mqtts: number;
    readonly ws: number;
    readonly wss: number;
    readonly http: number;
    readonly https: number;
  };
  readonly tenant: string;
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly bootstrapPassword: string;
  /** Folder for tables, queues and certificates. Default: everything is in memory, and certificates in `.cirrus`. */
  readonly dataDir?: string;
  readonly dynamodbEndpoint?: string;
  readonly quiet: boolean;
}

/** A cloud that runs beside others: any free ports, tables in memory, nothing printed. */
export const OWN_CLOUD: LocalOptions = {
  host: '127.0.0.1',
  ports: { mqtt: 0, mqtts: 0, ws: 0, wss: 0, http: 0, https: 0 },
  tenant: 't100',
  adminUser: 'admin',
  adminPassword: 'secret',
  bootstrapPassword: 'bootstrap',
  quiet: true,
};

export const USAGE = `npm start -- [--data DIR] [--dynamodb-endpoint URL] [--quiet]

environment  HOST 127.0.0.1  MQTT_PORT 1883  MQTTS_PORT 8883  WS_PORT 8083  WSS_PORT 8084  HTTP_PORT 8080
             HTTPS_PORT 8443  (0 = any free port)
             CIRRUS_TENANT t100  CIRRUS_ADMIN_USER admin  CIRRUS_ADMIN_PASSWORD secret
             CIRRUS_BOOTSTRAP_PASSWORD bootstrap`;

/** Reads arguments and environment. The error is a sentence for the terminal. */
export function localOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Result<LocalOptions, string> {
  const faults: string[] = [];
  const port = (name: string, standard: number): number => {
    const text = environment[name] ?? String(standard);
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    faults.push(`${name} is '${text}', not a port from 0 to 65535`);
    return standard;
  };
  const name = (variable: string, standard: string): string => {
    const text = environment[variable] ?? standard;
    if (text === '') faults.push(`${variable} is empty`);
    return text;
  };
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        'dynamodb-endpoint': { type: 'string' },
        quiet: { type: 'boolean', default: false },
      },
    });
    const endpoint = values['dynamodb-endpoint'];
    if (endpoint !== undefined && !URL.canParse(endpoint)) faults.push(`--dynamodb-endpoint '${endpoint}' is no URL`);
    const options: LocalOptions = {
      host: name('HOST', '127.0.0.1'),
      ports: {
        mqtt: port('MQTT_PORT', 1883),
        mqtts: port('MQTTS_PORT', 8883),
        ws: port('WS_PORT', 8083),
        wss: port('WSS_PORT', 8084),
        http: port('HTTP_PORT', 8080),
        https: port('HTTPS_PORT', 8443),
      },
      tenant: name('CIRRUS_TENANT', 't100'),
      adminUser: name('CIRRUS_ADMIN_USER', 'admin'),
      adminPassword: name('CIRRUS_ADMIN_PASSWORD', 'secret'),
      bootstrapPassword: name('CIRRUS_BOOTSTRAP_PASSWORD', 'bootstrap'),
      quiet: values.quiet,
      ...(values.data !== undefined && { dataDir: values.data }),
      ...(endpoint !== undefined && { dynamodbEndpoint: endpoint }),
    };
    return faults.length > 0 ? fail(faults.join('; ')) : ok(options);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}
