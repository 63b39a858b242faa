/** An error that an AWS service answers with: its code, HTTP status and message. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** More members of the error body, such as `Item` of a failed condition. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** The refusal that every service gives when a caller's role lacks a permission. */
export function accessDenied(caller: string, action: string, resource: string, status = 400): AwsError {
  const message = `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`;
  return new AwsError('AccessDeniedException', `${message} because no policy allows the ${action} action`, status);
}
