import type { Node } from 'constructs';
import * as z from 'zod';
import type { CirrusProps } from './cirrus';

/**
 * The keys that `cdk deploy -c key=value` knows; docs/deployment.md#context-keys explains them. The command line gives
 * text only.
 */
const schema = z
  .object({
    ingest: z.enum(['direct']).default('direct'),
    target: z.enum(['aws', 'emulator']).default('aws'),
    payloadLimit: z.coerce
      .number()
      .pipe(z.literal([8092, 16184]))
      .default(16184),
    domainName: z.hostname().optional(),
    certificateArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/,
        'expected the ARN of an ACM certificate',
      )
      .optional(),
    /** Host names of REST and notifications, separated by commas. */
    publicNames: z
      .string()
      .transform((names) => names.split(','))
      .pipe(z.array(z.string().regex(/^(\*\.)?[a-z0-9.-]+$/i, 'expected host names separated by commas')))
      .optional(),
    publicCertificateArn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[A-Za-z0-9-]+$/,
        'expected the ARN of an ACM certificate in us-east-1',
      )
      .optional(),
  })
  .refine((keys) => (keys.publicNames === undefined) === (keys.publicCertificateArn === undefined), {
    message: 'publicNames and publicCertificateArn belong together',
  })
  .refine((keys) => (keys.domainName === undefined) === (keys.certificateArn === undefined), {
    message: 'domainName and certificateArn belong together',
  });

export class ContextError extends Error {
  override readonly name = 'ContextError';
}

/**
 * Reads the deployment's choices from the CDK context.
 * @throws ContextError naming every key with a value that is not one of its own
 */
export function cirrusPropsFrom(node: Node): CirrusProps {
  const given = Object.fromEntries(Object.keys(schema.shape).map((key) => [key, node.tryGetContext(key)]));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '));
    throw new ContextError(`wrong context (-c key=value): ${faults.join('; ')}`);
  }
  const { target, payloadLimit, domainName, certificateArn, publicNames, publicCertificateArn } = parsed.data;
  return {
    target,
    payloadLimit,
    ...(domainName !== undefined && certificateArn !== undefined && { domain: { name: domainName, certificateArn } }),
    ...(publicNames !== undefined &&
      publicCertificateArn !== undefined && {
        publicDomain: { names: publicNames, certificateArn: publicCertificateArn },
      }),
  };
}
