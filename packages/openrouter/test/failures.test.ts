import type { ServerResponse } from "node:http";
import { defaultDeadlines, type GatewayError, isGatewayError, type ModelRequest } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { readAnswer } from "./answer.ts";
import { chunk, type Handler, open, type Setup, sendError, sendJson, sendStream, serve } from "./open-router.ts";

/** The failure of one attempt; runs would try again what may succeed later. */
async function failureOf(handler: Handler, setup: Omit<Setup, "url"> = {}): Promise<GatewayError> {
  return (await attempt(handler, setup)).error;
}

async function attempt(handler: Handler, setup: Omit<Setup, "url"> = {}) {
  await using server = await serve({ "/chat/completions": handler });
  const { registry } = open({ url: server.url, ...setup });
  await using _ = registry;
  let said = "";
  try {
    for await (const batch of registry.gateway("openrouter").stream(request())) {
      for (const event of batch) if (event.type === "text-delta") said += event.text;
    }
  } catch (error) {
    if (isGatewayError(error)) return { error, said };
  }
  throw new Error("Expected a GatewayError.");
}

function request(more: Partial<ModelRequest> = {}): ModelRequest {
  const messages = [{ role: "user", content: [{ type: "text", text: "Hello" }] }] as const;
  return { model: "vendor/model", messages, tools: [], signal: new AbortController().signal, ...more };
}

const answering =
  (status: number, error: object, headers = {}): Handler =>
  (_request, response) =>
    sendError(response, status, error, headers);

describe("an error", () => {
  it("of a provider has its name and its own words", async () => {
    // As recorded of a free model of Google's.
    const raw = "google/gemini-2.0-flash-exp:free is temporarily rate-limited upstream.";
    const error = await failureOf(
      answering(429, { message: "Provider returned error", metadata: { provider_name: "Google", raw } }),
    );
    expect(error).toMatchObject({ code: "rate-limited", status: 429, upstream: "Google", retryable: true });
    expect(error.message).toBe(
      `"Google" behind gateway "openrouter" answered 429: Provider returned error (${raw}) Google is at its limit: try again later, or allow other providers or models.`,
    );
  });

  it.each([
    ["text", "No luck", "No luck"],
    ["JSON", '{"error":{"message":"No luck","code":7}}', "No luck"],
    ["JSON of another form", '{"message":"No luck"}', "No luck"],
    ["JSON without words", '{"code":7}', '{"code":7}'],
    ["a list", '[{"error":{"message":"No luck"}}]', "No luck"],
    ["an object", { error: { message: "No luck" } }, "No luck"],
    ["an object without words", { code: 7 }, '{"code":7}'],
  ])("shows a provider's words where they are %s", async (_title, raw, words) => {
    const error = await failureOf(
      answering(400, { message: "Provider returned error", metadata: { provider_name: "X", raw } }),
    );
    expect(error.detail).toBe(`Provider returned error (${words})`);
    expect(error.code).toBe("invalid-request");
  });

  it("says the name of the code that a provider gave", async () => {
    const metadata = { error_type: "rate_limit_exceeded", provider_code: "rate_limited" };
    const error = await failureOf(answering(429, { message: "Rate limit exceeded", metadata }));
    expect(error.detail).toBe("Rate limit exceeded (provider's code: rate_limited)");
  });

  it.each<[status: number, error: object, code: string, retryable: boolean]>([
    [400, { message: "x is not a valid model ID" }, "model-not-found", false],
    [401, { message: "No auth credentials found" }, "authentication", false],
    [402, { message: "Insufficient credits" }, "payment-required", false],
    [403, { message: "Forbidden" }, "permission", false],
    [
      403,
      { message: "Request blocked: prompt injection patterns detected", metadata: { patterns: ["ignore all"] } },
      "content-filter",
      false,
    ],
    [404, { message: "No endpoints found for x." }, "invalid-request", false],
    [404, { message: "No allowed providers are available for the selected model." }, "invalid-request", false],
    [404, { message: "No endpoints found matching your data policy" }, "invalid-request", false],
    [404, { message: "Model x not found" }, "model-not-found", false],
    [408, { message: "Operation timed out" }, "timeout", true],
    [413, { message: "Request payload too large" }, "context-overflow", false],
    [500, { message: "Internal", metadata: { error_type: "server" } }, "server-error", true],
    [502, { message: "Bad", metadata: { error_type: "provider_unavailable" } }, "server-error", true],
    [503, { message: "Busy", metadata: { error_type: "provider_overloaded" } }, "overloaded", true],
    [524, { message: "Request timed out" }, "timeout", true],
    [529, { message: "Provider returned error" }, "overloaded", true],
    [400, { message: "Too long", metadata: { error_type: "context_length_exceeded" } }, "context-overflow", false],
    [400, { message: "Flagged", metadata: { error_type: "content_policy_violation" } }, "content-filter", false],
    [400, { message: "No.", metadata: { error_type: "refusal" } }, "content-filter", false],
    [504, { message: "Slow", metadata: { error_type: "timeout" } }, "timeout", true],
  ])("%i %j is %s", async (status, error, code, retryable) => {
    const { code: read, retryable: again, status: told } = await failureOf(answering(status, error));
    expect({ read, again, told }).toEqual({ read: code, again: retryable, told: status });
  });

  it("never shows a key, of one's own accounts with providers neither", async () => {
    const keys = { api_key: "sk-or-secret", provider_keys: '{"openai":"sk-mine"}' };
    const words = "Incorrect key sk-mine, and sk-or-secret";
    const error = await failureOf(answering(401, { message: words }), { keys });
    expect(error.detail).toBe("Incorrect key ***, and ***");
    expect(JSON.stringify(error) + error.message).not.toMatch(/sk-mine|sk-or-secret/);
  });
});

describe("a 402", () => {
  it.each<[string, object, RegExp]>([
    [
      "the account",
      { message: "Insufficient credits. Add more using https://openrouter.ai/credits" },
      /your credit with OpenRouter.*settings\/credits\.$/,
    ],
    [
      "the account, which could pay for less",
      {
        message:
          "This request requires more credits, or fewer max_tokens. To increase, visit https://openrouter.ai/settings/credits",
        metadata: { provider_name: null },
      },
      /your credit with OpenRouter.*Or have it answer less: set max_output_tokens\.$/,
    ],
    [
      "the key",
      {
        message:
          "This request requires more credits. To increase, visit https://openrouter.ai/settings/keys and create a key with a higher monthly limit",
      },
      /the limit of this OpenRouter key: raise it at https:\/\/openrouter\.ai\/settings\/keys/,
    ],
    [
      "the provider that one has a key of",
      {
        message: "Provider returned error",
        metadata: { provider_name: "DeepSeek", raw: '{"error":{"message":"Insufficient Balance"}}' },
      },
      /Insufficient Balance.*the credit with DeepSeek that is short, on the key that you brought/,
    ],
  ])("says that it is the bill of %s", async (_who, error, words) => {
    const failure = await failureOf(answering(402, error));
    expect(failure.code).toBe("payment-required");
    expect(failure.message).toMatch(words);
  });
});

describe("moderation", () => {
  it("says who refused what, and why", async () => {
    const metadata = {
      reasons: ["violence", "hate"],
      flagged_input: "How do I...something",
      provider_name: "OpenAI",
      model_slug: "openai/gpt-4",
    };
    const error = await failureOf(
      answering(403, { message: "openai/gpt-4 requires moderation on OpenAI. Your input was flagged", metadata }),
    );
    expect(error).toMatchObject({ code: "content-filter", upstream: "OpenAI", status: 403 });
    expect(error.detail).toBe(
      'openai/gpt-4 requires moderation on OpenAI. Your input was flagged (reasons: violence, hate; flagged: "How do I...something")',
    );
  });
});

describe("a model that cannot be served", () => {
  it.each<[string, number, object, { code: string; retryable: boolean; retryAfterMs: number | undefined }, RegExp]>([
    [
      "is at capacity",
      429,
      { code: "capacity_exhausted", retryable: true, retry_after: 40, requested_models: ["a"] },
      { code: "rate-limited", retryable: true, retryAfterMs: 40_000 },
      /Try again later/,
    ],
    [
      "is left by no provider for privacy's sake",
      404,
      { code: "privacy_restricted", retryable: false, excluded_by: ["data_policy:zdr"], requested_models: ["a"] },
      { code: "invalid-request", retryable: false, retryAfterMs: undefined },
      /left by data_policy:zdr: relax "provider"/,
    ],
    [
      "costs too much",
      404,
      { code: "constraint_filtered", retryable: false, constraint: { field: "max_price", detail: "too much" } },
      { code: "invalid-request", retryable: false, retryAfterMs: undefined },
      /left by max_price/,
    ],
    [
      "is gone",
      404,
      { code: "model_deprecated", retryable: false, fallback_models: ["openai/gpt-4.1"] },
      { code: "model-not-found", retryable: false, retryAfterMs: undefined },
      /OpenRouter suggests openai\/gpt-4\.1\.$/,
    ],
    [
      "is not for this region",
      403,
      { code: "region_restricted", retryable: false },
      { code: "model-unavailable-in-region", retryable: false, retryAfterMs: undefined },
      /./,
    ],
    [
      "may be there in a moment",
      404,
      { code: "no_endpoints", retryable: true },
      { code: "invalid-request", retryable: true, retryAfterMs: undefined },
      /./,
    ],
  ])("because it %s", async (_why, status, availability, wanted, words) => {
    const error = await failureOf(answering(status, { message: "Not served", availability }));
    const { code, retryable, retryAfterMs } = error;
    expect({ code, retryable, retryAfterMs }).toEqual(wanted);
    expect(error.message).toMatch(words);
  });
});

describe("how long to wait", () => {
  const soon = () => Date.now() + 30_000;

  it("is read from Retry-After", async () => {
    const error = await failureOf(answering(503, { message: "Busy" }, { "retry-after": "7" }));
    expect(error.retryAfterMs).toBe(7000);
  });

  it("is read from X-RateLimit-Reset, a moment in milliseconds, in the headers and in the body", async () => {
    const inHeaders = await failureOf(answering(429, { message: "Slow" }, { "x-ratelimit-reset": String(soon()) }));
    const headers = { "X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": String(soon()) };
    const message =
      "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day";
    const inBody = await failureOf(answering(429, { message, metadata: { headers } }));
    for (const { retryAfterMs = 0 } of [inHeaders, inBody]) {
      expect(retryAfterMs).toBeGreaterThan(25_000);
      expect(retryAfterMs).toBeLessThanOrEqual(30_000);
    }
    expect(inBody.message).toContain("The day's requests to free models are used up");
  });
});

describe("in the middle of an answer", () => {
  const streaming =
    (...chunks: object[]): Handler =>
    (_request, response) =>
      sendStream(response, [chunk({ content: "Hel" }), ...chunks]);
  const error = {
    code: 502,
    message: "Provider returned error",
    metadata: { provider_name: "Together", raw: "upstream reset", error_type: "provider_unavailable" },
  };

  it.each<[string, object]>([
    ["with choices", { ...chunk({ content: "" }, { finish: "error" }), error }],
    ["without choices", { id: "gen-1", error }],
    ["with empty choices", { id: "gen-1", error, choices: [] }],
  ])("an error %s ends it, with what was said so far", async (_title, failing) => {
    const { error: failure, said } = await attempt(streaming(failing));
    expect(failure).toMatchObject({ code: "server-error", status: 502, upstream: "Together", retryable: true });
    expect(failure.detail).toBe("Provider returned error (upstream reset)");
    expect(said).toBe("Hel");
  });

  it("a finish that says error, and no more, is one", async () => {
    const failure = await failureOf(streaming(chunk({ content: "" }, { finish: "error" })));
    expect(failure.code).toBe("server-error");
  });

  it("an error within a choice of a whole answer is one", async () => {
    const choice = { index: 0, message: { role: "assistant", content: "Hel" }, finish_reason: "error", error };
    const failure = await failureOf((_request, response) => sendJson(response, { id: "1", choices: [choice] }));
    expect(failure).toMatchObject({ code: "server-error", status: 502, upstream: "Together" });
  });

  it("a rate limit says so", async () => {
    const limit = { code: 429, message: "Rate limit exceeded", metadata: { error_type: "rate_limit_exceeded" } };
    const failure = await failureOf(streaming({ ...chunk({ content: "" }, { finish: "error" }), error: limit }));
    expect(failure).toMatchObject({ code: "rate-limited", status: 429, retryable: true });
  });

  it("a connection that breaks is one", async () => {
    const failure = await failureOf((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify(chunk({ content: "Hel" }))}\n\n`, () => response.destroy());
    });
    expect(failure).toMatchObject({ code: "connection", retryable: true });
  });
});

describe("comments", () => {
  const deadlines = { ...defaultDeadlines, connectMs: 5000, headersMs: 5000, firstByteMs: 400, idleMs: 400 };
  const slowly =
    (write: (response: ServerResponse) => void): Handler =>
    async (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let turn = 0; turn < 10; turn++) {
        write(response);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      sendRest(response);
    };

  function sendRest(response: ServerResponse): void {
    response.write(`data: ${JSON.stringify(chunk({ content: "Hi" }, { finish: "stop" }))}\n\n`);
    response.end("data: [DONE]\n\n");
  }

  async function answer(handler: Handler): Promise<string> {
    await using server = await serve({ "/chat/completions": handler });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    return (await readAnswer(registry.gateway("openrouter").stream(request({ deadlines })))).text;
  }

  it("are signs of life: an answer that takes long is waited for", async () => {
    expect(await answer(slowly((response) => response.write(": OPENROUTER PROCESSING\n\n")))).toBe("Hi");
  });

  it("make the difference: silence for as long is the end", async () => {
    const silent = answer(slowly((response) => response.flushHeaders()));
    await expect(silent).rejects.toMatchObject({ code: "timeout" });
  });
});
