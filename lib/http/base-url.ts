const HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * The address that the client used, which every link in an answer starts with. API Gateway, and perhaps CloudFront,
 * stand in front of the function. So the forwarded host and protocol come first. A malformed one is ignored.
 */
export function baseUrlOf(url: URL, header: (name: string) => string | undefined): string {
  const forwarded = header('forwarded') ?? '';
  const proto = header('x-forwarded-proto') ?? /proto=(https?)/i.exec(forwarded)?.[1];
  const scheme = proto?.toLowerCase() === 'http' || proto?.toLowerCase() === 'https' ? proto.toLowerCase() : undefined;
  const host = [header('x-forwarded-host'), header('host')].find((name) => name !== undefined && isHost(name));
  return `${scheme ?? url.protocol.slice(0, -1)}://${host ?? url.host}`;
}

/** A name of this form can still be none: `x:99999`, `[::::]`. */
const isHost = (name: string): boolean => HOST.test(name) && URL.canParse(`http://${name}`);
