import type { InvocationResult } from '../lambda/runtime/instance';

/** The result of an integration, or undefined when it takes longer than `ms`. */
export async function withinTime(ms: number, result: Promise<InvocationResult>): Promise<InvocationResult | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
    // a request that is still held when the cloud closes does not keep the process
    timer.unref();
  });
  try {
    return await Promise.race([result, limit]);
  } finally {
    clearTimeout(timer);
  }
}
