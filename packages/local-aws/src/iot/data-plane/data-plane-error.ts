/** The errors of the data plane and their HTTP status (docs/reference/aws-platform.md#errors-of-the-data-plane). */
const STATUS = {
  InvalidRequestException: 400,
  UnauthorizedException: 401,
  ForbiddenException: 403,
  ResourceNotFoundException: 404,
  MethodNotAllowedException: 405,
  RequestEntityTooLargeException: 413,
  ThrottlingException: 429,
  InternalFailureException: 500,
  GatewayTimeoutException: 504,
} as const;

type DataPlaneErrorType = keyof typeof STATUS;

/** A refusal of the data plane. */
export class DataPlaneError extends Error {
  override readonly name = 'DataPlaneError';

  /** An empty message gives an empty body. That is how AWS answers a sender without permission. */
  constructor(
    readonly type: DataPlaneErrorType,
    message: string,
  ) {
    super(message);
  }

  get status(): number {
    return STATUS[this.type];
  }
}
