import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { defaultDeadlines } from "@waygate/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsHome } from "./aws-files.ts";
import { claude, collect, failing, keys, type Opening, open, refused } from "./open.ts";
import {
  delta,
  end,
  json,
  type Reply,
  refuses,
  type Service,
  says,
  start,
  startService,
  stop,
  stream,
  streamHeaders,
} from "./service.ts";

let service: Service;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service[Symbol.asyncDispose]());

const model = `us.${claude}`;

async function fail(reply: Reply, change: Parameters<typeof refused>[1] = {}, opening?: Opening) {
  await using opened = open(service, opening);
  service.received.length = 0;
  service.queue(reply);
  return await refused(opened.gateway, change);
}

describe("a refusal", () => {
  const fromElsewhere =
    "Access to Anthropic models is not allowed from unsupported countries, regions, or territories.";
  const otherProvider =
    "The model's provider does not serve the country that the request or the account comes from: choose another provider's model.";
  const markedLegacy =
    "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last 30 days.";
  const ofAccount =
    "The account itself may not do this in us-east-1, whatever its permissions: check Model access there in the Amazon Bedrock console, or ask AWS Support.";
  const newerOne = "AWS keeps this version for those who have used it lately, until it is retired: choose a newer one.";

  it.each([
    [
      429,
      "ThrottlingException",
      "Too many requests, please wait before trying again.",
      "rate-limited",
      true,
      "Try again later, or allow more capacity with a cross-region inference profile.",
    ],
    [
      429,
      "ThrottlingException",
      "Too many tokens per day, please wait before trying again.",
      "rate-limited",
      false,
      "A quota of the account is used up: raise it under Service Quotas (us-east-1), or choose another model.",
    ],
    [
      400,
      "ServiceQuotaExceededException",
      "Your request exceeds the service quota for your account.",
      "rate-limited",
      false,
      "A quota of the account is used up: raise it under Service Quotas (us-east-1), or choose another model.",
    ],
    [
      403,
      "AccessDeniedException",
      "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: y because no identity-based policy allows it",
      "permission",
      false,
      "The missing permission is bedrock:InvokeModelWithResponseStream. Allow bedrock:InvokeModelWithResponseStream on the model and on its inference profile, in every region that the profile routes to.",
    ],
    [
      403,
      "AccessDeniedException",
      "You don't have access to the model with the specified model ID.",
      "permission",
      false,
      `Model access is not granted: ask for "${model}" under Model access in the Amazon Bedrock console (us-east-1).`,
    ],
    [
      403,
      "AccessDeniedException",
      "User: x is not authorized to perform: bedrock:InvokeModel with an explicit deny in a service control policy",
      "permission",
      false,
      "The missing permission is bedrock:InvokeModel. A service control policy of the organisation denies it, for this region or for one that the inference profile routes to. If the account demands a guardrail, set guardrail_identifier.",
    ],
    [
      404,
      "ResourceNotFoundException",
      "Model use case details have not been submitted for this account.",
      "permission",
      false,
      "Fill in the provider's use case form under Model access in the Amazon Bedrock console, then wait some minutes.",
    ],
    [403, "AccessDeniedException", fromElsewhere, "permission", false, otherProvider],
    [400, "ValidationException", fromElsewhere, "invalid-request", false, otherProvider],
    [
      403,
      "AccessDeniedException",
      "Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided. Your AWS Marketplace subscription for this model cannot be completed at this time.",
      "permission",
      false,
      "The account has no payment method that AWS Marketplace takes: set a valid one in the AWS Billing console, then wait some minutes.",
    ],
    [404, "ResourceNotFoundException", markedLegacy, "model-not-found", false, newerOne],
    [403, "AccessDeniedException", markedLegacy, "permission", false, newerOne],
    [
      404,
      "ResourceNotFoundException",
      "This model version has reached the end of its life.",
      "model-not-found",
      false,
      "AWS has retired this version: choose a newer one.",
    ],
    [
      400,
      "ValidationException",
      "Invocation of model ID x with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.",
      "model-unavailable-in-region",
      false,
      `This model is called through an inference profile: name the global one, "global.${claude}".`,
    ],
    [
      400,
      "ValidationException",
      "The model returned the following errors: input is too long for requested model",
      "context-overflow",
      false,
      "Start a new conversation, or choose a model with a larger context window.",
    ],
    [
      400,
      "ValidationException",
      "The guardrail identifier or version provided in the request does not exist.",
      "settings",
      false,
      "Check guardrail_identifier and guardrail_version: the guardrail has to exist in us-east-1.",
    ],
    [400, "ValidationException", "messages: something is wrong.", "invalid-request", false, ""],
    [
      403,
      "UnrecognizedClientException",
      "The security token included in the request is invalid.",
      "authentication",
      false,
      "Check the credentials: whether they are whole, active, and of the account that is meant, and whether that account has us-east-1 enabled.",
    ],
    [
      400,
      "ValidationException",
      "The provided model doesn't support on-demand throughput.",
      "model-unavailable-in-region",
      false,
      `This model is called through an inference profile: name the global one, "global.${claude}".`,
    ],
    [
      403,
      "AccessDeniedException",
      "Your account is not authorized to invoke this API operation.",
      "permission",
      false,
      ofAccount,
    ],
    [400, "ValidationException", "Operation not allowed", "permission", false, ofAccount],
    [
      403,
      "AccessDeniedException",
      "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model.",
      "permission",
      false,
      "The missing permissions are aws-marketplace:ViewSubscriptions and aws-marketplace:Subscribe: allow them, or have somebody who has them call the model once.",
    ],
    [
      403,
      "AccessDeniedException",
      "User: x is not authorized to perform: bedrock:ApplyGuardrail on resource: arn:aws:bedrock:us-east-1:1:guardrail/abc",
      "permission",
      false,
      "The missing permission is bedrock:ApplyGuardrail. Allow bedrock:ApplyGuardrail on the guardrail.",
    ],
    [
      403,
      "AccessDeniedException",
      "User: x is not authorized to perform: bedrock:CallWithBearerToken on resource: *",
      "permission",
      false,
      "The missing permission is bedrock:CallWithBearerToken. Allow bedrock:CallWithBearerToken.",
    ],
    [
      403,
      "InvalidSignatureException",
      "Credential should be scoped to a valid region.",
      "authentication",
      false,
      "The request was signed for us-east-1: set region to the one that the endpoint is in.",
    ],
    [
      403,
      "InvalidSignatureException",
      "Signature expired: 20250101T000000Z is now earlier than 20250102T000000Z",
      "authentication",
      true,
      "This machine's clock is wrong: set it right. The next attempt allows for it.",
    ],
    [
      403,
      "ExpiredTokenException",
      "The security token included in the request is expired",
      "authentication",
      false,
      "Renew the credentials.",
    ],
    [
      408,
      "ModelTimeoutException",
      "The model took too long.",
      "timeout",
      true,
      "Try again later, or choose another model or region.",
    ],
    [
      424,
      "ModelErrorException",
      "The model failed.",
      "server-error",
      true,
      "Try again later, or choose another model or region.",
    ],
    [
      429,
      "ModelNotReadyException",
      "The model is not ready.",
      "overloaded",
      true,
      "Try again later, or choose another model or region.",
    ],
    [
      503,
      "ServiceUnavailableException",
      "Not now.",
      "overloaded",
      true,
      "Try again later, or choose another model or region.",
    ],
    [
      500,
      "InternalServerException",
      "Oh.",
      "server-error",
      true,
      "Try again later, or choose another model or region.",
    ],
  ])("%s %s: %s", async (status, name, message, code, retryable, advice) => {
    const error = await fail(refuses(status, name, message));
    expect(error).toMatchObject({ code, retryable, status, detail: message, upstream: "Amazon Bedrock" });
    const said = /[.!?…)]$/.test(message) ? message : `${message}.`;
    const words = `Gateway "amazon-bedrock": AWS answered ${name}: ${said}`;
    expect(error.message).toBe(advice === "" ? words : `${words} ${advice}`);
    // One layer repeats requests, and that is not the SDK.
    expect(service.received).toHaveLength(1);
  });

  it("of a wrong name says what was sent, and from where the model can be called", async () => {
    const message = "The provided model identifier is invalid.";
    const error = await fail(refuses(400, "ValidationException", message), { model: "claude-sonnet-4" });
    expect(error).toMatchObject({ code: "model-not-found", retryable: false });
    expect(error.message).toBe(
      `Gateway "amazon-bedrock": AWS answered ValidationException: ${message} "claude-sonnet-4", sent as ` +
        '"us.anthropic.claude-sonnet-4-20250514-v1:0", is not there in us-east-1: check its name and the region. ' +
        "It is known to be callable from ap-east-2, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-south-2, " +
        "ap-southeast-1, ap-southeast-2, ap-southeast-3, ap-southeast-4, ap-southeast-5, ap-southeast-7, eu-central-1, " +
        "eu-north-1, eu-south-1, eu-south-2, eu-west-1, eu-west-3, il-central-1, me-central-1, us-east-1, us-east-2, " +
        "us-west-1, us-west-2.",
    );
  });

  describe("of a model that needs an inference profile", () => {
    const inConsole = (region: string) =>
      `name one that the Amazon Bedrock console lists under Cross-region inference (${region}).`;
    const orGlobal = `name the global one, "global.${claude}".`;

    it.each([
      [
        `arn:aws:bedrock:us-west-2::foundation-model/${claude}`,
        "us-west-2",
        `name one, such as "us.${claude}", or ${orGlobal}`,
      ],
      [
        `arn:aws:bedrock:ap-southeast-2::foundation-model/${claude}`,
        "ap-southeast-2",
        `name one, such as "au.${claude}", or ${orGlobal}`,
      ],
      [`arn:aws:bedrock:sa-east-1::foundation-model/${claude}`, "sa-east-1", orGlobal],
      [`us.${claude}`, "me-central-1", orGlobal],
      [`global.${claude}`, "us-gov-west-1", `name one, such as "us-gov.${claude}".`],
      ["claude-sonnet-4-5", "us-west-2", `set "allow_global" to true for a global one.`],
      [claude, "ap-southeast-2", `set "allow_global" to true for a global one.`],
      ["acme.brain-v1", "us-west-2", inConsole("us-west-2")],
      ["arn:aws:bedrock:us-west-2:123456789012:provisioned-model/abc", "us-west-2", inConsole("us-west-2")],
      [
        "us.amazon.nova-premier-v1:0",
        "sa-east-1",
        `${inConsole("sa-east-1")} It is known to be callable from us-east-1, us-east-2, us-west-2.`,
      ],
    ])("named %s in %s, names what there is", async (name, region, advice) => {
      const reply = refuses(400, "ValidationException", "Invocation with on-demand throughput isn’t supported.");
      const error = await fail(reply, { model: name }, { settings: { region } });
      expect(error.code).toBe("model-unavailable-in-region");
      expect(error.message).toBe(
        `Gateway "amazon-bedrock": AWS answered ValidationException: Invocation with on-demand throughput isn’t supported. ` +
          `This model is called through an inference profile: ${advice}`,
      );
    });
  });

  it("of an ARN of another region says which region to set", async () => {
    const reply = refuses(400, "ValidationException", "The provided model identifier is invalid.");
    const arn = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc";
    expect((await fail(reply, { model: arn })).message).toMatch(
      new RegExp(`"${arn}" is in eu-west-1, and was looked for in us-east-1: set region to eu-west-1\\.$`),
    );
  });

  it("of a service that is not the runtime one asks for another address, not for another model", async () => {
    const body = { Output: { __type: "com.amazon.coral.service#UnknownOperationException" }, Version: "1.0" };
    const error = await fail(json(body, 404));
    expect(error).toMatchObject({ code: "settings", status: 404 });
    expect(error.message).toMatch(/^Gateway "amazon-bedrock": AWS answered UnknownOperationException: /);
    expect(error.message).toMatch(/ What answers there is not the runtime service of Bedrock: check endpoint_url\.$/);
  });

  it("that AWS did not write names no permission of AWS's", async () => {
    const error = await fail((response) => void response.writeHead(403).end("Blocked by policy 7"));
    expect(error).toMatchObject({ code: "permission", status: 403 });
    expect(error.message).toBe(
      'Gateway "amazon-bedrock": AWS answered status 403: Blocked by policy 7. ' +
        "It does not look like AWS's own: check what stands between, such as a proxy or endpoint_url.",
    );
  });

  it("of a misspelt name says which was probably meant", async () => {
    const reply = refuses(400, "ValidationException", "The provided model identifier is invalid.");
    const error = await fail(reply, { model: "claude-sonet-4-5" });
    expect(error.message).toMatch(
      /"claude-sonet-4-5" is not there in us-east-1: check its name and the region\. Did you mean "claude-sonnet-4-5"\?$/,
    );
  });

  it.each([
    ["in a stream", {}, "bedrock:InvokeModelWithResponseStream"],
    ["of one piece", { gatewayOptions: { streaming: false } }, "bedrock:InvokeModel"],
  ])("without a reason names the action that an answer %s needs", async (_how, change, action) => {
    const error = await fail(refuses(403, "AccessDeniedException", ""), change);
    expect(error.message).toMatch(`The missing permission is ${action}. Allow ${action} on the model`);
  });

  it("says how long to wait", async () => {
    const after = async (headers: Record<string, string>) =>
      (await fail(refuses(429, "ThrottlingException", "Wait.", headers))).retryAfterMs;
    expect(await after({ "retry-after": "3" })).toBe(3000);
    expect(await after({ "retry-after-ms": "250", "retry-after": "3" })).toBe(250);
    expect(await after({})).toBeUndefined();
    const inAMinute = await after({ "retry-after": new Date(Date.now() + 60_000).toUTCString() });
    expect(inAMinute).toBeGreaterThan(50_000);
    expect(inAMinute).toBeLessThanOrEqual(60_000);
  });

  it("may be a page of a proxy's", async () => {
    const page: Reply = (response) => {
      response.writeHead(407, { "content-type": "text/html" });
      response.end("<html><head><title>Proxy login\n needed</title></head></html>");
    };
    const error = await fail(page);
    expect(error).toMatchObject({ code: "invalid-request", status: 407 });
    expect(error.message).toBe('Gateway "amazon-bedrock": AWS answered status 407: Proxy login needed.');
  });

  it("by a redirect is not followed", async () => {
    const error = await fail((response) => void response.writeHead(307, { location: `${service.origin}/x` }).end());
    expect(error).toMatchObject({ code: "protocol", status: 307 });
    expect(error.message).toContain("Redirects are not followed with a signature");
    expect(service.received).toHaveLength(1);
  });

  it("never repeats a secret, whatever AWS puts into its words", async () => {
    const secret = keys.WAYGATE_SECRET_ACCESS_KEY;
    const env = { ...keys, WAYGATE_SESSION_TOKEN: "a-session-token" };
    const error = await fail(refuses(403, "X", `no ${secret} nor a-session-token`), {}, { env });
    const told = JSON.stringify([error.message, error.detail, error, error.stack]);
    expect(told).not.toContain(secret);
    expect(told).not.toContain("a-session-token");
    expect(error.detail).toBe("no *** nor ***");
    const bearer = { WAYGATE_BEDROCK_BEARER_TOKEN: "an-api-key" };
    expect((await fail(refuses(403, "X", "key an-api-key"), {}, { env: bearer })).detail).toBe("key ***");
  });

  it("never repeats what the request was signed with, whoever gave it: AWS quotes what it was sent", async () => {
    await using _home = await awsHome({
      credentials: "[p]\naws_access_key_id=AKIDP\naws_secret_access_key=x\naws_session_token=the-token-of-p\n",
    });
    const quotes: Reply = (response, request) => {
      const { authorization = "", "x-amz-security-token": token } = request.headers;
      const words = `The Canonical String should have been 'x-amz-security-token:${String(token)}', not ${authorization}.`;
      return refuses(403, "InvalidSignatureException", words)(response, request);
    };
    const settings = { authentication_method: "named_profile", profile: "p" };
    const error = await fail(quotes, {}, { env: {}, settings });
    expect(error.code).toBe("authentication");
    expect(service.received.at(-1)?.headers["x-amz-security-token"]).toBe("the-token-of-p");
    const signature = /Signature=([0-9a-f]{64})/.exec(service.received.at(-1)?.headers.authorization ?? "")?.[1] ?? "";
    expect(signature).toHaveLength(64);
    for (const secret of ["the-token-of-p", signature]) {
      expect(JSON.stringify([error.message, error.detail, error.stack])).not.toContain(secret);
    }
    // So do the lists, which another of the SDK's clients asks for.
    service.reply = quotes;
    await using opened = open(undefined, { env: {}, settings: { ...settings, endpoint_url: service.origin } });
    const listing = await opened.gateway.models({ signal: new AbortController().signal }).catch((failure) => failure);
    service.reply = says("Hi");
    expect(listing).toMatchObject({ code: "authentication" });
    expect(JSON.stringify([String(listing), listing, opened.notices])).not.toContain("the-token-of-p");
  });
});

describe("a wrong clock", () => {
  it("is learnt from the refusal: the next request is signed with the right time", async () => {
    await using opened = open(service);
    service.received.length = 0;
    const inTwoHours = new Date(Date.now() + 2 * 60 * 60_000);
    service.queue(
      refuses(403, "InvalidSignatureException", "Signature expired: it is later", { date: inTwoHours.toUTCString() }),
    );
    const error = await refused(opened.gateway);
    expect(error).toMatchObject({ code: "authentication", retryable: true });
    await collect(opened.gateway);
    const [first, second] = service.received.map(({ headers }) => headers["x-amz-date"]);
    const hour = (date: unknown) => Number(String(date).slice(9, 11));
    expect((hour(second) - hour(first) + 24) % 24).toBe(2);
  });
});

describe("a connection", () => {
  const towards = (origin: string) => open({ origin });

  it("that nobody takes is refused at once", async () => {
    const port = await freePort();
    await using opened = towards(`http://127.0.0.1:${port}`);
    const error = await refused(opened.gateway);
    expect(error).toMatchObject({ code: "connection", retryable: false });
    expect(error.message).toBe(
      `Gateway "amazon-bedrock": 127.0.0.1:${port} refused the connection. Check endpoint_url and the network.`,
    );
  });

  it("to a host of no name says so", async () => {
    await using opened = towards("http://no-such-host.localhost.invalid:1".replace("http:", "https:"));
    const error = await refused(opened.gateway);
    expect(error.code).toBe("connection");
    expect(error.message).toMatch(/The host no-such-host\.localhost\.invalid (is unknown|could not be looked up)/);
  });

  it("to a region that there is not says so, with the one that was probably meant", async () => {
    const settings = { region: "eu-wst-1", discover_models: false };
    await using opened = open(undefined, { settings });
    const error = await refused(opened.gateway);
    expect(error.code).toBe("connection");
    expect(error.message).toMatch(
      /^Gateway "amazon-bedrock": The host bedrock-runtime\.eu-wst-1\.amazonaws\.com (is unknown|could not be looked up)\. .* Did you mean "eu-west-1"\?$/,
    );
  });

  it("that is dropped without an answer is one to try again", async () => {
    await using opened = open(service);
    service.queue((response) => void response.destroy());
    const error = await refused(opened.gateway);
    expect(error).toMatchObject({ code: "connection", retryable: true });
  });
});

describe("deadlines", () => {
  const deadlines = { ...defaultDeadlines, connectMs: 10_000, headersMs: 10_000, firstByteMs: 10_000, idleMs: 10_000 };

  it.each([
    [
      "headers",
      { headersMs: 60 },
      () => undefined,
      '(headers): HOST did not begin to answer. Try again, choose another model, or increase "deadlines.headersMs".',
    ],
    [
      "first-byte",
      { firstByteMs: 60 },
      (response) => void response.writeHead(200, streamHeaders).flushHeaders(),
      '(first-byte): HOST sent headers, but no content. Try again, choose another model, or increase "deadlines.firstByteMs".',
    ],
    [
      "idle",
      { idleMs: 60 },
      (response) => void response.writeHead(200, streamHeaders).write(stream(start, delta({ text: "Hi" }))),
      '(idle): HOST sent nothing more in the middle of its answer. Try again, choose another model, or increase "deadlines.idleMs".',
    ],
  ] as readonly (readonly [string, object, Reply, string])[])(
    "of the phase %s are kept",
    async (phase, change, reply, words) => {
      await using opened = open(service);
      service.queue(reply);
      const { error } = await failing(opened.gateway, { deadlines: { ...deadlines, ...change } });
      expect(error).toMatchObject({ code: "timeout", phase, retryable: true });
      const told = words.replace("HOST", new URL(service.origin).host);
      expect(error.message).toBe(`Gateway "amazon-bedrock": request timed out after 0.06 s ${told}`);
    },
  );

  it("of the phase connect are kept", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as AddressInfo;
    await using opened = open({ origin: `https://127.0.0.1:${port}` });
    // A TLS handshake that nobody answers: the connection never comes to stand.
    const { error } = await failing(opened.gateway, { deadlines: { ...deadlines, connectMs: 60 } });
    expect(error).toMatchObject({ code: "timeout", phase: "connect", retryable: true });
    silent.close();
  });

  it("take nothing of an answer that has said why it ends but its metadata", async () => {
    await using opened = open(service);
    const said = stream(start, delta({ text: "Hi" }), stop(), end("end_turn"));
    service.queue((response) => void response.writeHead(200, streamHeaders).write(said));
    const events = await collect(opened.gateway, { deadlines: { ...deadlines, idleMs: 60 } });
    expect(events.slice(-2)).toEqual([
      { type: "text-delta", text: "Hi" },
      { type: "finish", reason: "stop", raw: "end_turn" },
    ]);
  });

  it("that are endless are none", async () => {
    await using opened = open(service);
    const never = Number.POSITIVE_INFINITY;
    const endless = { ...defaultDeadlines, connectMs: never, headersMs: never, firstByteMs: never, idleMs: never };
    const events = await collect(opened.gateway, { deadlines: endless });
    expect(events.at(-1)).toMatchObject({ type: "finish" });
  });

  it("count any byte, however slowly an answer comes", async () => {
    await using opened = open(service);
    service.queue(async (response) => {
      response.writeHead(200, streamHeaders);
      for (const byte of stream(start, delta({ text: "Hi" })).subarray(0, 20)) {
        response.write(Buffer.of(byte));
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      response.end();
    });
    const { error } = await failing(opened.gateway, { deadlines: { ...deadlines, idleMs: 150 } });
    expect(error.code).toBe("connection");
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
