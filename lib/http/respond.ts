import type { PlatformResponse } from '../api/request';
import { printJson } from '../base/exact-json';
import { challenge } from './basic-auth';
import { contentTypeOf, type Representation } from './media-type';

/**
 * Writes an answer as an HTTP response. A refusal always has a body, also with the representation `empty`. `useXBasic`
 * is the request's header of that name.
 */
export function respond(answer: PlatformResponse, representation: Representation, useXBasic?: string): Response {
  const headers = new Headers();
  if (answer.location !== undefined) headers.set('location', answer.location);
  if (answer.allow !== undefined) headers.set('allow', answer.allow.join(', '));
  if (answer.status === 401) headers.set('www-authenticate', challenge(useXBasic));
  const refused = answer.status >= 400;
  if (answer.body === undefined || (representation === 'empty' && !refused)) {
    return new Response(null, { status: answer.status, headers });
  }
  if (typeof answer.body === 'string') {
    headers.set('content-type', 'text/plain;charset=UTF-8');
    return new Response(answer.body, { status: answer.status, headers });
  }
  headers.set('content-type', contentTypeOf(representation, answer.bodyType));
  return new Response(printJson(answer.body), { status: answer.status, headers });
}
