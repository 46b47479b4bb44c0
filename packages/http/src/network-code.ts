/**
 * Returns the code of a network error, such as `ECONNREFUSED`, `ENOTFOUND` or `UND_ERR_SOCKET`. If all addresses of a host
 * fail, it is that of the first. Returns `undefined` for any other error.
 */
export function networkCode(error: unknown): string | undefined {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = typeof first === "object" && first !== null && "code" in first ? first.code : undefined;
  return typeof code === "string" ? code : undefined;
}
