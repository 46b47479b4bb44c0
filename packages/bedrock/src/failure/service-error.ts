import { isObject } from "@waygate/core/plugin";
import { pageTitle, parseJson, readText } from "@waygate/plugin-kit";

/** What AWS answered in place of an answer, as far as it can be read. */
export interface ServiceFailure {
  /** Such as `ThrottlingException`; empty where the answer does not say. */
  readonly name: string;
  /** AWS's own words. */
  readonly message: string;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** A refusal of the runtime service. */
export class ServiceError extends Error implements ServiceFailure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, headers: Readonly<Record<string, string>>, body: string) {
    const parsed = parseJson(body);
    const fields = isObject(parsed) ? parsed : {};
    super(
      readText(fields.message) ??
        readText(fields.Message) ??
        readText(fields.errorMessage) ??
        pageTitle(body) ??
        body.trim(),
    );
    this.name = errorName(headers, fields);
    this.status = status;
    this.headers = headers;
  }
}

/** A refusal, of whichever service, in one form; undefined for what no service has said. */
export function serviceFailure(error: unknown): ServiceFailure | undefined {
  if (error instanceof ServiceError) return error;
  if (!(error instanceof Error)) return undefined;
  const { $metadata, $response } = error as { readonly $metadata?: unknown; readonly $response?: unknown };
  const status = isObject($metadata) ? $metadata.httpStatusCode : undefined;
  if (typeof status !== "number") return undefined;
  const headers = isObject($response) && isObject($response.headers) ? $response.headers : {};
  // What the SDK could not read, its errors show nothing of but its first signs.
  const said = error instanceof SyntaxError ? { name: "", message: "what is no answer of AWS's" } : error;
  return { name: said.name, message: said.message, status, headers: headers as Record<string, string> };
}

/** Whether a signature was refused for its time alone. */
export function isClockSkew({ name, message }: ServiceFailure): boolean {
  return name === "RequestTimeTooSkewed" || /signature (expired|not yet current)/i.test(message);
}

/** How much the clock of a service is ahead of this machine's, in milliseconds, by the headers of its answer. */
export function clockOffset({ date, age }: Readonly<Record<string, string>>): number | undefined {
  const now = Date.parse(date ?? "");
  // An answer that a cache has kept for a while tells the time of back then.
  return Number.isNaN(now) || age !== undefined ? undefined : now - Date.now();
}

/** Whether the credentials themselves were good once, and are not any more. */
export function isExpired({ name, message }: ServiceFailure): boolean {
  return name.startsWith("ExpiredToken") || (/expired/i.test(message) && /token|session|credential/i.test(message));
}

/** Whether a service was too busy, or broken: the same may work in a while. */
export function isTransient({ name, status }: ServiceFailure): boolean {
  return /throttl|too ?many ?requests|limit ?exceeded|slow ?down/i.test(name) || status === 429 || (status ?? 0) >= 500;
}

/** Whether a key is not known, which regions that an account has not enabled say of every key of it. */
export function isUnknownKey({ name }: ServiceFailure): boolean {
  return name === "UnrecognizedClientException" || name === "InvalidClientTokenId";
}

/** Whether a service that is not the one that was meant has answered. */
export function isUnknownOperation({ name }: ServiceFailure): boolean {
  return name === "UnknownOperationException";
}

/** Whether AWS keeps something from the account as such, and not from who was named. */
export function isOfAccount(message: string): boolean {
  return /account is not authorized|operation not allowed|not allowed for this account/i.test(message);
}

/** `ThrottlingException` of `x-amzn-errortype: ThrottlingException:http://…`, or of the body's own field. */
function errorName(headers: Readonly<Record<string, string>>, fields: Record<string, unknown>): string {
  const output = isObject(fields.Output) ? fields.Output : {};
  const raw =
    headers["x-amzn-errortype"] ?? readText(fields.__type) ?? readText(output.__type) ?? readText(fields.code) ?? "";
  const [name = ""] = raw.split(/[:,]/);
  return name.slice(name.indexOf("#") + 1);
}
