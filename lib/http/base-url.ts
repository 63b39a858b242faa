const HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * What links in an answer start with: the address the client used. In front of the function stand API Gateway and
 * perhaps CloudFront, so the forwarded host and protocol win; nonsense in them is ignored.
 */
export function baseUrlOf(url: URL, header: (name: string) => string | undefined): string {
  const forwarded = header('forwarded') ?? '';
  const proto = header('x-forwarded-proto') ?? /proto=(https?)/i.exec(forwarded)?.[1];
  const scheme = proto?.toLowerCase() === 'http' || proto?.toLowerCase() === 'https' ? proto.toLowerCase() : undefined;
  const host = [header('x-forwarded-host'), header('host')].find((name) => name !== undefined && HOST.test(name));
  return `${scheme ?? url.protocol.slice(0, -1)}://${host ?? url.host}`;
}
