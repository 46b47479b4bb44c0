/**
 * The code of an error of the network, such as `ECONNREFUSED`, `ENOTFOUND` or `UND_ERR_SOCKET`. Where several addresses
 * of one host all refuse, that of the first. Undefined for any other error.
 */
export function networkCode(error: unknown): string | undefined {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = typeof first === "object" && first !== null && "code" in first ? first.code : undefined;
  return typeof code === "string" ? code : undefined;
}
