/** A request that is refused, before a wire puts it into its own words. */
export class RequestFailure extends Error {
  readonly status: number;
  /** A stable word for programs, such as `model_not_found`. */
  readonly code: string | undefined;
  /** The field of the body that is at fault. */
  readonly parameter: string | undefined;

  constructor(status: number, message: string, details: { code?: string; parameter?: string } = {}) {
    super(message);
    this.name = "RequestFailure";
    this.status = status;
    this.code = details.code;
    this.parameter = details.parameter;
  }
}
