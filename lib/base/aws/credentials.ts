import { defined } from '../defined';

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the function bundles (an esbuild alias in `cdk/`): Lambda hands
 * its role over in the environment, so the profile, SSO, web-identity and metadata providers are 116 kB never run.
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
