import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { type CustomResource, type CustomResourceRequest, serveCustomResource } from '../lib/base/aws/custom-resource';
import { processClock } from '../lib/base/clock';

const SECRET_BYTES = 48;
const properties = z.object({
  /** The name of the SSM parameter. */
  Name: z.string().check(z.startsWith('/')),
  /** Whether the parameter stays when its resource is deleted. */
  Keep: z.enum(['true', 'false']),
});
const ssm = new SSMClient({});

/** The custom resource of `cdk/secrets.ts`: a SecureString parameter with a random value that nobody sees. */
export const handler = (event: unknown): Promise<void> => serveCustomResource(event, serve);

async function serve({ RequestType, ResourceProperties }: CustomResourceRequest): Promise<CustomResource> {
  const { Name, Keep } = properties.parse(ResourceProperties);
  if (RequestType === 'Delete') {
    if (Keep === 'false') await remove(Name);
  } else {
    await generateOnce(Name);
  }
  return { physicalId: Name };
}

/** Generates a value unless there is one. A value is never replaced, because digests in a kept table depend on it. */
async function generateOnce(name: string): Promise<void> {
  const value = Buffer.from(processClock().randomBytes(SECRET_BYTES)).toString('base64url');
  try {
    await ssm.send(new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString', Overwrite: false }));
  } catch (error) {
    if (!isNamed(error, 'ParameterAlreadyExists')) throw error;
  }
}

async function remove(name: string): Promise<void> {
  try {
    await ssm.send(new DeleteParameterCommand({ Name: name }));
  } catch (error) {
    if (!isNamed(error, 'ParameterNotFound')) throw error;
  }
}

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;
