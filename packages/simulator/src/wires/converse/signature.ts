import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { RequestFailure } from "../../failure.ts";
import type { AwsCredentials, ReceivedRequest } from "../wire.ts";

/** What AWS allows a signer's clock to be wrong by, in milliseconds. */
const MAX_SKEW_MS = 5 * 60 * 1000;

interface Claim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/**
 * Checks a signature (AWS Signature Version 4) by making it once more from what arrived. Throws a `RequestFailure`,
 * status 403, for one that does not fit.
 */
export async function verifySignature(request: ReceivedRequest, credentials: AwsCredentials): Promise<void> {
  const claim = readClaim(one(request.headers, "authorization"));
  if (claim.accessKeyId !== credentials.accessKeyId) {
    refuse("UnrecognizedClientException", "The request is signed with an access key that is not known here.");
  }
  const { sessionToken } = credentials;
  if (sessionToken !== undefined && one(request.headers, "x-amz-security-token") !== sessionToken) {
    refuse("UnrecognizedClientException", "The security token of the request is missing or not the right one.");
  }
  const date = readDate(one(request.headers, "x-amz-date"), claim.day);
  checkScope(claim, request.headers);
  const hash = one(request.headers, "x-amz-content-sha256");
  if (hash !== "" && hash !== createHash("sha256").update(request.body).digest("hex")) {
    refuse("InvalidSignatureException", "The body is not the one that x-amz-content-sha256 was made of.");
  }
  if ((await sign(request, claim, credentials, date)) !== claim.signature) {
    refuse(
      "InvalidSignatureException",
      "The signature is not the one that this request would have with this secret key.",
    );
  }
}

async function sign(request: ReceivedRequest, claim: Claim, credentials: AwsCredentials, date: Date): Promise<string> {
  const { accessKeyId, secretAccessKey } = credentials;
  const signer = new SignatureV4({
    service: claim.service,
    region: claim.region,
    // A session token is one of the signed headers already, where the signer chose to sign it.
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
    applyChecksum: false,
  });
  const { pathname, searchParams } = new URL(request.path, "http://simulator");
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: "http:",
      hostname: "simulator",
      path: pathname,
      query: Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)])),
      headers: Object.fromEntries(claim.signedHeaders.map((name) => [name, one(request.headers, name)])),
      body: request.body,
    },
    { signingDate: date, signableHeaders: new Set(claim.signedHeaders) },
  );
  return readClaim(signed.headers.authorization ?? "").signature;
}

function readClaim(authorization: string): Claim {
  if (authorization === "")
    refuse("MissingAuthenticationTokenException", "The request carries no signature and no key.");
  const [, credential = "", names = "", signature = ""] =
    /^AWS4-HMAC-SHA256 +Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})$/.exec(authorization) ??
    [];
  const [accessKeyId = "", day = "", region = "", service = "", ending] = credential.split("/");
  if (ending !== "aws4_request") refuse("IncompleteSignatureException", "The Authorization header cannot be read.");
  return { accessKeyId, day, region, service, signedHeaders: names.split(";"), signature };
}

function readDate(text: string, day: string): Date {
  const [, ...fields] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const [year = 0, month = 0, ...rest] = fields.map(Number);
  const date = new Date(Date.UTC(year, month - 1, ...(rest as [number, number, number, number])));
  if (fields.length === 0 || !text.startsWith(day)) {
    refuse("IncompleteSignatureException", "X-Amz-Date is missing, or not of the day that was signed for.");
  }
  const late = Date.now() - date.getTime();
  if (late > MAX_SKEW_MS) refuse("InvalidSignatureException", `Signature expired: ${text} is more than 5 minutes ago.`);
  if (late < -MAX_SKEW_MS) refuse("InvalidSignatureException", `Signature not yet current: ${text} is still to come.`);
  return date;
}

/** What is left out of the signature could be changed on the way. */
function checkScope({ service, region, signedHeaders }: Claim, headers: IncomingHttpHeaders): void {
  if (service !== "bedrock" || region === "") {
    refuse("InvalidSignatureException", `Credential should be scoped to the service 'bedrock', not to '${service}'.`);
  }
  const needed = ["host", ...Object.keys(headers).filter((name) => /^x-amz-(?!user-agent)/.test(name))];
  const missing = needed.filter((name) => !signedHeaders.includes(name));
  if (missing.length > 0)
    refuse("InvalidSignatureException", `These headers are to be signed too: ${missing.join(", ")}.`);
}

function one(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}

function refuse(code: string, message: string): never {
  throw new RequestFailure(403, message, { code });
}
