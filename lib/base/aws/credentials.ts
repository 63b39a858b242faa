import { defined } from '../defined';

/**
 * Replaces `@aws-sdk/credential-provider-node` in the function bundles (an esbuild alias in `cdk/`). Lambda gives its
 * credentials in the environment. So the providers for profiles, SSO, web identity and metadata would be 116 kB of code
 * that never runs.
 * @throws Error when the environment holds no credentials
 */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) throw new Error('no AWS credentials in the environment');
  return defined({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  });
};
