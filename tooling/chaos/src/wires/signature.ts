import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/** A request as it arrived. Header names are in lower case. */
export interface SignedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/**
 * What is wrong with the signature of a request (AWS Signature Version 4); undefined if nothing is. Made by hand from
 * the description in docs.aws.amazon.com/IAM, "Create a signed AWS API request", and not by the signer that is tested.
 */
export function signatureProblem(request: SignedRequest, keys: AwsKeys): string | undefined {
  const { headers, body } = request;
  const [, credential = "", signed = "", signature = ""] =
    /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
      headers.get("authorization") ?? "",
    ) ?? [];
  if (signature === "") return "the request is not signed";
  const [accessKeyId, ...scope] = credential.split("/");
  const [day = "", region = "", service = "", end] = scope;
  if (accessKeyId !== keys.accessKeyId) return "the request is signed with another access key";
  if (service !== "bedrock" || end !== "aws4_request") return `the signature has the scope ${scope.join("/")}`;
  if (headers.get("x-amz-security-token") !== keys.sessionToken) return "the session token is not the one of the key";
  const date = headers.get("x-amz-date") ?? "";
  if (!date.startsWith(day) || day === "") return "the signature is for another day";
  const names = signed.split(";");
  for (const name of ["host", "x-amz-date", ...(keys.sessionToken === undefined ? [] : ["x-amz-security-token"])]) {
    if (!names.includes(name)) return `the header ${name} is not signed`;
  }
  const hashed = sha256(body);
  if ((headers.get("x-amz-content-sha256") ?? hashed) !== hashed) return "the hash of the body is wrong";
  const canonical = sha256(canonicalRequest(request, names, hashed));
  const text = ["AWS4-HMAC-SHA256", date, scope.join("/"), canonical].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${keys.secretAccessKey}`);
  const right = hmac(key, text);
  return timingSafeEqual(right, Buffer.from(signature, "hex")) ? undefined : "the signature is wrong";
}

function canonicalRequest(
  { method, target, headers }: SignedRequest,
  names: readonly string[],
  hashed: string,
): string {
  const { pathname, searchParams } = new URL(target, "http://service");
  // Once more than in the request itself, as all services but S3 have it.
  const path = pathname.split("/").map(escaped).join("/");
  const query = [...searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort();
  const lines = names.map((name) => `${name}:${(headers.get(name) ?? "").trim().replaceAll(/ +/g, " ")}\n`);
  return [method, path, query.join("&"), lines.join(""), names.join(";"), hashed].join("\n");
}

function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
