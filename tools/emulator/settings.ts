import { mkdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { EMULATOR_TENANT } from '../../cdk/emulator';
import type { SeedAccounts } from '../../local/seed';

/** Credentials for an emulator. It reads nothing but an account number from them, if anything. */
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** The accounts of the emulator's Cirrus: the same as after `npm start`. */
export const ACCOUNTS: SeedAccounts = {
  tenant: EMULATOR_TENANT,
  adminUser: 'admin',
  adminPassword: 'secret',
  bootstrapPassword: 'bootstrap',
};

/** Where the emulator is, and where the deployment keeps its files. */
export interface EmulatorSettings {
  /** Where the emulator's gateway listens. */
  readonly endpoint: URL;
  /** The gateway for S3. SDK clients put the bucket's name before its host name, unless the host is an IP address. */
  readonly s3Endpoint: string;
  readonly region: string;
  /** Folder of the assembly and of the deployment's outputs. */
  readonly dir: string;
  /** Where devices connect. Default: the emulator is asked. */
  readonly mqttUrl?: string;
}

/** Arguments or environment are wrong. The message says how. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export const EMULATOR_USAGE = `npm run emulator:deploy -- [--dir DIR]    deploys the stack to a running emulator
npm run emulator:test -- [--dir DIR]      runs a device against it

environment  AWS_ENDPOINT_URL      the emulator (http://127.0.0.1:4566)
             AWS_ENDPOINT_URL_S3   the same for S3; needed when the emulator is named, not numbered
             AWS_REGION            us-east-1
             EMULATOR_MQTT_URL     where devices connect, if DescribeEndpoint does not say`;

/**
 * Reads arguments and environment.
 * @throws SettingsError that says what is wrong with them
 */
export function emulatorSettings(args: readonly string[], environment: NodeJS.ProcessEnv): EmulatorSettings {
  const endpoint = urlOf('AWS_ENDPOINT_URL', environment.AWS_ENDPOINT_URL ?? 'http://127.0.0.1:4566');
  // Node resolves `localhost` to ::1 where IPv6 comes first, and S3 clients would call bucket.localhost
  if (endpoint.hostname === 'localhost') endpoint.hostname = '127.0.0.1';
  const s3 = environment.AWS_ENDPOINT_URL_S3;
  if (s3 === undefined && isIP(endpoint.hostname) === 0) {
    throw new SettingsError(`AWS_ENDPOINT_URL_S3 is missing: ${endpoint.hostname} is a name, not an address`);
  }
  const mqttUrl = environment.EMULATOR_MQTT_URL;
  if (mqttUrl !== undefined) urlOf('EMULATOR_MQTT_URL', mqttUrl);
  return {
    endpoint,
    s3Endpoint: s3 === undefined ? endpoint.origin : urlOf('AWS_ENDPOINT_URL_S3', s3).origin,
    region: environment.AWS_REGION ?? 'us-east-1',
    dir: dirOf(args),
    ...(mqttUrl !== undefined && { mqttUrl }),
  };
}

/** Configuration for SDK clients. */
export const clientConfiguration = ({ endpoint, region }: EmulatorSettings) => ({
  endpoint: endpoint.origin,
  region,
  credentials: CREDENTIALS,
});

/** The stack's outputs, as the deployment wrote them. */
export type StackOutputs = z.output<typeof stackOutputs>;
const stackOutputs = z.object({
  ApiUrl: z.url(),
  RealtimeUrl: z.url(),
  RegistryTable: z.string(),
  FailureQueueUrl: z.url(),
});

export const outputsFile = ({ dir }: EmulatorSettings): string => join(dir, 'outputs.json');

/**
 * Reads the stack's outputs.
 * @throws SettingsError when nothing was deployed from this folder
 */
export function stackOutputsOf(settings: EmulatorSettings): StackOutputs {
  const file = outputsFile(settings);
  try {
    const [outputs] = Object.values(z.record(z.string(), stackOutputs).parse(JSON.parse(readFileSync(file, 'utf8'))));
    if (outputs !== undefined) return outputs;
  } catch (cause) {
    throw new SettingsError(`${file} tells of no deployment: run npm run emulator:deploy first`, { cause });
  }
  throw new SettingsError(`${file} names no stack: run npm run emulator:deploy first`);
}

function dirOf(args: readonly string[]): string {
  try {
    const { values } = parseArgs({ args: [...args], options: { dir: { type: 'string' } } });
    const dir = resolve(values.dir ?? join('cdk.out', 'emulator'));
    mkdirSync(dir, { recursive: true });
    return dir;
  } catch (error) {
    throw new SettingsError(error instanceof Error ? error.message : String(error));
  }
}

function urlOf(name: string, text: string): URL {
  if (!URL.canParse(text)) throw new SettingsError(`${name} is '${text}', not a URL`);
  return new URL(text);
}
