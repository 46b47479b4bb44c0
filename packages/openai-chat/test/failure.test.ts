import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import type { GatewayError } from "@waygate/core";
import { isGatewayError } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { collect, listen, request, sendAnswer, service } from "./service.ts";

async function failure(status: number, body: string, headers: Record<string, string> = {}): Promise<GatewayError> {
  await using server = await listen((_request, response) => {
    response.writeHead(status, headers).end(body);
  });
  return await failureAt(server.origin);
}

async function failureAt(address: string): Promise<GatewayError> {
  const chat = service(address);
  const error: unknown = await collect(chat.stream(request())).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await chat.close();
  if (!isGatewayError(error)) throw new Error(`Expected a GatewayError, not ${String(error)}`);
  return error;
}

const said = (error: object | string) => JSON.stringify({ error });

describe("an HTTP error", () => {
  it.each([
    [401, said({ message: "Wrong key" }), "authentication", false],
    [402, said({ message: "Out of credit" }), "payment-required", false],
    [403, said({ message: "Not yours" }), "permission", false],
    [403, said({ message: "Flagged", code: "content_filter" }), "content-filter", false],
    [404, said({ message: "The model `x` does not exist", code: "model_not_found" }), "model-not-found", false],
    [404, said({ message: "Not Found" }), "invalid-request", false],
    [400, said({ message: "Bad parameter", type: "invalid_request_error" }), "invalid-request", false],
    [400, said({ message: "This model's maximum context length is 8192 tokens" }), "context-overflow", false],
    [400, said({ message: "too long", code: "context_length_exceeded" }), "context-overflow", false],
    [413, "", "context-overflow", false],
    [422, JSON.stringify({ detail: "temperature must be below 2" }), "invalid-request", false],
    [429, said({ message: "Slow down" }), "rate-limited", true],
    [429, said({ message: "You exceeded your quota", code: "insufficient_quota" }), "payment-required", false],
    [408, "", "timeout", true],
    [500, said("it broke"), "server-error", true],
    [502, "<html><head><title>502 Bad Gateway</title></head></html>", "server-error", true],
    [503, JSON.stringify({ message: "no capacity" }), "overloaded", true],
    [504, "", "timeout", true],
    [529, said({ message: "Overloaded", type: "overloaded_error" }), "overloaded", true],
  ] as const)("%i %s is %s", async (status, body, code, retryable) => {
    const error = await failure(status, body);
    expect({ code: error.code, status: error.status, retryable: error.retryable, gateway: error.gateway }).toEqual({
      code,
      status,
      retryable,
      gateway: "test",
    });
  });

  it("is what its status says where its body breaks off", async () => {
    await using server = await listen((_request, response) => {
      response.writeHead(429, { "retry-after": "1", "content-length": "500" }).write("a beginning");
      setTimeout(() => response.destroy(), 50);
    });
    const { code, status, retryable, retryAfterMs } = await failureAt(server.origin);
    expect([code, status, retryable, retryAfterMs]).toEqual(["rate-limited", 429, true, 1000]);
  });

  it.each([
    ["OpenAI", { error: { message: "the words" } }],
    ["text", { error: "the words" }],
    ["a message alone", { message: "the words" }],
    ["a detail", { detail: "the words" }],
    ["a list", [{ error: { message: "the words" } }]],
    ["vLLM", { object: "error", message: "the words", code: 400 }],
  ])("tells the service's own words, in the shape of %s", async (_shape, body) => {
    const error = await failure(400, JSON.stringify(body));
    expect(error.detail).toBe("the words");
    expect(error.message).toBe('Gateway "test" answered 400: the words.');
  });

  it("names the upstream, and what it said", async () => {
    const metadata = { provider_name: "DeepInfra", raw: "engine stopped" };
    const error = await failure(502, said({ message: "Provider returned error", code: 502, metadata }));
    expect(error.upstream).toBe("DeepInfra");
    expect(error.message).toBe(
      '"DeepInfra" behind gateway "test" answered 502: Provider returned error (engine stopped)',
    );
  });

  it("reads what a person would of a page, and of nothing", async () => {
    expect((await failure(502, "<html><title>502 Bad Gateway</title>…</html>")).detail).toBe("502 Bad Gateway");
    expect((await failure(500, "")).message).toBe('Gateway "test" answered 500: it gave no reason.');
  });

  it("never repeats the key, and says which one to check", async () => {
    const error = await failure(401, said({ message: "Incorrect API key provided: sk-test-key" }));
    expect(error.message).toBe(
      'Gateway "test" answered 401: Incorrect API key provided: ***. Check the key in TEST_API_KEY.',
    );
    expect(JSON.stringify(error)).not.toContain("sk-test-key");
  });

  it.each([
    [{ "retry-after-ms": "1500" }, 1500],
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "nonsense" }, undefined],
    [{ "x-ratelimit-reset": "12" }, undefined],
    [{}, undefined],
  ])("reads how long to wait from %j", async (headers, wait) => {
    expect((await failure(429, "", headers as Record<string, string>)).retryAfterMs).toBe(wait);
  });

  it("reads a date to wait for", async () => {
    const later = new Date(Date.now() + 60_000);
    const wait = (await failure(429, "", { "retry-after": later.toUTCString() })).retryAfterMs ?? 0;
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
    const reset = (await failure(429, "", { "x-ratelimit-reset": String(later.getTime()) })).retryAfterMs ?? 0;
    expect(reset).toBeGreaterThan(50_000);
  });

  it("does not follow a redirect with the key", async () => {
    const keys: (string | undefined)[] = [];
    await using target = await listen((incoming, response) => {
      keys.push(incoming.headers.authorization);
      sendAnswer(response);
    });
    const error = await failure(307, "", { location: `${target.origin}/v1/chat/completions` });
    expect(error.code).toBe("protocol");
    expect(error.message).toContain(target.origin);
    expect(keys).toEqual([]);
  });
});

describe("a refused key", () => {
  it("is blotted out where it came with one request only", async () => {
    await using server = await listen((_request, response) =>
      response.writeHead(401).end(said("No lent-1, no sk-test-key.")),
    );
    const chat = service(server.origin);
    const lent = { secret: async () => ["sk-test-key", "lent-1"] };
    await expect(collect(chat.stream(request(), lent))).rejects.toThrow("answered 401: No ***, no ***.");
    await expect(collect(chat.stream(request()))).rejects.toThrow("answered 401: No lent-1, no ***.");
    await chat.close();
  });

  it("is explained by a hint that may look at the key", async () => {
    await using server = await listen((_request, response) => response.writeHead(401).end(said("No.")));
    const chat = service(server.origin, {
      keyHint: (secret) => `Not one that begins with ${String(secret).slice(0, 3)}.`,
    });
    await expect(collect(chat.stream(request()))).rejects.toThrow("answered 401: No. Not one that begins with sk-.");
    await chat.close();
  });
});

describe("a connection that fails", () => {
  it("is refused", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const error = await failureAt(`http://127.0.0.1:${port}/v1`);
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "connection", retryable: false });
    expect(error.message).toBe(
      `Gateway "test": http://127.0.0.1:${port} refused the connection. Start the service, or correct its address in the settings.`,
    );
  });

  it("breaks before the answer has begun", async () => {
    await using server = await listen((incoming) => incoming.socket.destroy());
    const error = await failureAt(server.origin);
    expect(error.code).toBe("connection");
    expect(error.message).toContain("closed the connection before its answer was complete");
  });

  it("leads to a host that is not known", async () => {
    const error = await failureAt("http://no-such-host.invalid/v1");
    expect(error.code).toBe("connection");
    // Which of the two depends on what the machine's resolver says of a name that cannot be.
    expect(error.message).toMatch(/no-such-host\.invalid (is unknown|could not be looked up)/);
  });
});
