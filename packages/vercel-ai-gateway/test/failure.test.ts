import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, failure, type Keys, sendJson, sse, startService, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

function answered(status: number, body: unknown, headers: Record<string, string> = {}, keys?: Keys) {
  service.answer = (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  return failure(ask(service, keys === undefined ? {} : { keys }));
}

const typed = (type: string, message = "Words.", more: object = {}) => ({ error: { message, type, ...more } });

/**
 * No error was recorded. Pages are below vercel.com/docs/ai-gateway; `client` stands for the types that Vercel's own
 * client tells apart (vercel/ai, packages/gateway/src/errors).
 */
const cases = [
  ["client", 400, typed("invalid_request_error"), "invalid-request", false, ""],
  ["client", 401, typed("authentication_error"), "authentication", false, "Make a key at https://vercel.com/"],
  ["faq", 402, typed("insufficient_funds"), "payment-required", false, "your team's credit with the AI Gateway"],
  [
    "observability-and-spend/budgets",
    402,
    typed("quota_for_entity_exceeded", "Project budget exceeded."),
    "payment-required",
    false,
    "a budget that your team has set",
  ],
  ["client", 403, typed("customer_verification_required"), "payment-required", false, "Add a way to pay"],
  ["faq", 403, typed("free_tier_model_not_available"), "payment-required", false, "bought credit"],
  [
    "faq",
    403,
    typed("no_providers_available", "Free tier users do not have access to this model."),
    "payment-required",
    false,
    "bought credit",
  ],
  ["faq", 403, typed("forbidden", "Free credits temporarily have restricted access."), "payment-required", false, ""],
  [
    "models-and-providers/routing-rules",
    403,
    typed("forbidden", "Denied.", { param: { ruleId: "rule_1" } }),
    "permission",
    false,
    "A routing rule of the team forbids it: rule_1.",
  ],
  [
    "security-and-compliance/provider-allowlist",
    403,
    typed("no_providers_available"),
    "permission",
    false,
    "The team allows none of the providers",
  ],
  ["faq", 403, typed("access_denied", "Forbidden."), "permission", false, "ask Vercel's support"],
  ["client", 404, typed("model_not_found"), "model-not-found", false, "Check the name of the model"],
  ["client", 404, typed("not_found"), "model-not-found", false, "Check the name of the model"],
  ["client", 408, typed("timeout_error"), "timeout", true, ""],
  ["client", 409, typed("conflict"), "invalid-request", true, ""],
  ["client", 424, typed("failed_dependency"), "server-error", false, "ask another one"],
  ["rate-limits", 429, typed("rate_limit_exceeded", "Rate limit exceeded"), "rate-limited", true, "Try again later"],
  [
    "rate-limits",
    429,
    typed("rate_limit_exceeded", "Free tier requests on this model are rate-limited."),
    "rate-limited",
    true,
    "bought credit",
  ],
  ["client", 500, typed("internal_server_error"), "server-error", true, ""],
  ["client", 502, typed("response_error"), "server-error", true, ""],
  ["client", 503, typed("internal_server_error"), "overloaded", true, ""],
  [
    "security-and-compliance/zdr",
    400,
    { error: "No ZDR-compliant providers are available.", type: "no_providers_available", statusCode: 400 },
    "invalid-request",
    false,
    "relax the routing",
  ],
] as const;

describe("an error of the gateway", () => {
  it.each(cases)("(%s) %i %j is %s, retryable: %s", async (_page, status, body, code, retryable, remedy) => {
    const error = await answered(status, body);
    const words = typeof body.error === "string" ? body.error : body.error.message;
    expect(error).toMatchObject({ gateway: "vercel_ai_gateway", code, status, retryable, detail: words });
    expect(error.message).toContain(words);
    expect(error.message).toContain(remedy);
  });

  it.each([
    ["error.message", { error: { message: "The words.", type: "x" } }],
    ["error", { error: "The words." }],
    ["message", { message: "The words." }],
    ["plain text", "The words."],
  ])("is told in the words of %s", async (_shape, body) => {
    const error = await answered(400, body);
    expect(error.detail).toBe("The words.");
    expect(error.message).toBe('Gateway "vercel_ai_gateway" answered 400: The words.');
  });

  it("says where to add credit, unless the gateway does", async () => {
    const page = "https://vercel.com/d?to=%2F%5Bteam%5D%2F%7E%2Fai%3Fmodal%3Dtop-up";
    expect((await answered(402, typed("insufficient_funds"))).message).toContain(`Add to it at ${page}.`);
    // A message as people have reported it.
    const said = `A positive credit balance is required. Add credits at ${page} to continue.`;
    expect((await answered(402, typed("insufficient_funds", said))).message).toBe(
      `Gateway "vercel_ai_gateway" answered 402: ${said} It is your team's credit with the AI Gateway.`,
    );
    expect((await answered(402, { error: { message: "No." } })).message).toContain("your team's credit");
  });

  it("carries the wait that is asked for", async () => {
    const error = await answered(429, typed("rate_limit_exceeded"), { "retry-after": "7" });
    expect(error.retryAfterMs).toBe(7000);
  });

  it("names the provider that failed, with its words", async () => {
    const attempts = [
      { provider: "anthropic", success: false, error: "Overloaded", statusCode: 529 },
      { provider: "bedrock", success: false, error: "Too many tokens per day", statusCode: 429 },
    ];
    const providerMetadata = { gateway: { routing: { originalModelId: "m", attempts } } };
    const error = await answered(429, { ...typed("rate_limit_exceeded", "All failed"), providerMetadata });
    expect(error).toMatchObject({ upstream: "bedrock", code: "rate-limited" });
    expect(error.message).toBe(
      '"bedrock" behind gateway "vercel_ai_gateway" answered 429: All failed (Too many tokens per day) ' +
        "Try again later, or choose another model.",
    );
  });

  it("in the middle of a stream ends it, and what was said before is kept", async () => {
    service.answer = (response) =>
      void response.end(
        sse(
          { id: "gen_1", model: "m", choices: [{ index: 0, delta: { content: "Two" } }] },
          typed("rate_limit_exceeded", "Slow down"),
        ),
      );
    const error = await failure(ask(service));
    expect(error).toMatchObject({ code: "rate-limited", retryable: true, detail: "Slow down" });
  });

  it("under a 200 is an error", async () => {
    service.answer = (response) => sendJson(response, typed("no_providers_available"));
    expect(await failure(ask(service))).toMatchObject({ code: "invalid-request", retryable: false });
  });
});

describe("a key that is refused", () => {
  const refused = (api_key: string, message = "Invalid API key") =>
    answered(401, typed("authentication_error", message), {}, { api_key });

  it.each([
    ["vck_0123456789", "has the form of a gateway key, but is not accepted: it may be revoked"],
    [
      "eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl",
      'an OIDC token, which holds for 12 hours: fetch a new one with "vercel env pull"',
    ],
    ["sk-or-v1-0123456789", 'begin with "vck_"; the one sent looks like a key of OpenRouter'],
    ["sk-ant-0123456789", 'begin with "vck_"; the one sent looks like a key of Anthropic'],
    ["sk-proj-0123456789", 'begin with "vck_"; the one sent looks like a key of another service, such as OpenAI'],
    ["AIza0123456789", 'begin with "vck_"; the one sent looks like a key of another service'],
    ["vcst_0123456789", 'begin with "vck_"; the one sent looks like a client secret for realtime sessions'],
    ["0123456789", 'begin with "vck_"; the one sent does not'],
  ])("%s: %s", async (key, hint) => {
    const error = await refused(key);
    expect(error.code).toBe("authentication");
    expect(error.message).toContain(hint);
    expect(error.message).toContain("set VERCEL_AI_GATEWAY_API_KEY");
    expect(error.message).not.toContain(key);
  });

  it("is blotted out where the gateway repeats it", async () => {
    const error = await refused(
      "vck_0123456789",
      "Invalid API key vck_0123456789, or VERCEL_OIDC_TOKEN: no OIDC token",
    );
    expect(error.detail).toBe("Invalid API key ***, or VERCEL_OIDC_TOKEN: no OIDC token");
    expect(error.message).toContain("Make a key at");
  });
});
