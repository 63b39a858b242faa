import * as z from 'zod/mini';

/** What CloudFormation asks of a custom resource. */
const request = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.optional(z.string()),
  ResourceProperties: z.record(z.string(), z.unknown()),
});
/** A request of CloudFormation, with the properties of the resource as the template gives them. */
export type CustomResourceRequest = z.output<typeof request>;

/** Characters of a reason. CloudFormation takes no answer above 4096 bytes. */
const REASON_LIMIT = 1000;

/** What serving a request results in. */
export interface CustomResource {
  /** The value of `Ref`. When an update changes it, CloudFormation deletes the resource with the old id. */
  readonly physicalId: string;
  /** The values of `Fn::GetAtt`. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Serves one request and tells CloudFormation how it ended. A failure is reported too, with its reason, because a stack
 * waits an hour for a custom resource that does not answer.
 * @throws when the event is no request, or when CloudFormation does not take the answer (Lambda then tries again)
 */
export async function serveCustomResource(
  event: unknown,
  serve: (request: CustomResourceRequest) => Promise<CustomResource>,
): Promise<void> {
  const asked = request.parse(event);
  const { StackId, RequestId, LogicalResourceId } = asked;
  const known = { StackId, RequestId, LogicalResourceId };
  let answer: Record<string, unknown>;
  try {
    const made = await serve(asked);
    answer = { ...known, Status: 'SUCCESS', PhysicalResourceId: made.physicalId, Data: made.attributes ?? {} };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    // a creation that failed has no id yet, but CloudFormation wants one
    const id = asked.PhysicalResourceId ?? LogicalResourceId;
    answer = { ...known, Status: 'FAILED', PhysicalResourceId: id, Reason: reason.slice(0, REASON_LIMIT) };
  }
  // the signature of the URL covers an empty content type
  const response = await fetch(asked.ResponseURL, {
    method: 'PUT',
    headers: { 'content-type': '' },
    body: JSON.stringify(answer),
  });
  if (!response.ok) throw new Error(`CloudFormation refused the answer: HTTP ${response.status}`);
}
