import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { failure, portOf, post } from "./client.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

describe("endpoints", () => {
  it("listens on 127.0.0.1 alone", () => {
    expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  });

  it("lists its models", async () => {
    const response = await fetch(`${simulator.url}/models`);
    expect(response.status).toBe(200);
    const list = (await response.json()) as { object: string; data: { id: string }[] };
    expect(list.object).toBe("list");
    expect(list.data[0]).toEqual({
      id: "simulator",
      object: "model",
      created: 1735689600,
      owned_by: "waygate-simulator",
      name: "Waygate simulator",
      context_length: 128000,
      max_output_tokens: 16384,
      architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
      supported_parameters: expect.arrayContaining(["tools", "reasoning_effort"]),
      pricing: { prompt: "0", completion: "0" },
    });
    expect(list.data.map(({ id }) => id)).toEqual([
      "simulator",
      "simulator:slow",
      "simulator:drip",
      "simulator:stall",
      "simulator:cut",
      "simulator:end",
      "simulator:error",
      "simulator:garbage",
      "simulator:status-401",
      "simulator:status-402",
      "simulator:status-429",
      "simulator:status-500",
      "simulator:status-503",
    ]);
  });

  it("lists the models it is given, and answers for no other", async () => {
    await using other = await createSimulator({
      models: [
        "a/b",
        { id: "c", name: "C", contextLength: 10, maxOutputTokens: 2, extra: { owned_by: "me", tags: ["x"] } },
      ],
    });
    const list = (await (await fetch(`${other.url}/models`)).json()) as { data: unknown[] };
    expect(list.data).toMatchObject([
      { id: "a/b", name: "a/b", context_length: 128000, owned_by: "waygate-simulator" },
      { id: "c", name: "C", context_length: 10, max_output_tokens: 2, owned_by: "me", tags: ["x"] },
    ]);
    expect((await post(other, { model: "a/b" })).status).toBe(200);
    expect((await post(other, { model: "simulator" })).status).toBe(404);
  });

  it("holds a model to its limits", async () => {
    await using other = await createSimulator({ models: [{ id: "small", contextLength: 10, maxOutputTokens: 2 }] });
    const short = await (await post(other, { model: "small" })).json();
    expect(short).toMatchObject({
      choices: [{ message: { content: "I am Way" }, finish_reason: "length" }],
      usage: { completion_tokens: 2 },
    });
    const long = [{ role: "user", content: "x".repeat(41) }];
    expect(await failure(await post(other, { model: "small", messages: long }))).toEqual([
      400,
      {
        message: "The messages come to 11 tokens, the context of 'small' is 10.",
        type: "invalid_request_error",
        param: "messages",
        code: "context_length_exceeded",
      },
    ]);
  });

  it("knows no other path", async () => {
    const url = simulator.url.replace("/v1", "/v2/models?x=1");
    expect(await failure(await fetch(url))).toEqual([
      404,
      { message: "There is nothing at /v2/models.", type: "invalid_request_error", param: null, code: "unknown_url" },
    ]);
  });

  it("knows no other method", async () => {
    const response = await fetch(`${simulator.url}/chat/completions`);
    expect(response.headers.get("allow")).toBe("POST");
    expect(await failure(response)).toEqual([
      405,
      {
        message: "/v1/chat/completions answers to POST only, not to GET.",
        type: "invalid_request_error",
        param: null,
        code: "method_not_allowed",
      },
    ]);
    const list = await fetch(`${simulator.url}/models`, { method: "DELETE" });
    expect([list.status, list.headers.get("allow")]).toEqual([405, "GET"]);
  });

  it("asks for the key it was given", async () => {
    await using locked = await createSimulator({ apiKey: "sk-right" });
    const key = { authorization: "Bearer sk-right" };
    for (const headers of [{}, { authorization: "Bearer sk-wrong" }, { authorization: "sk-right" }]) {
      const [status, error] = await failure(await post(locked, {}, { headers }));
      expect([status, error.code, error.type]).toEqual([401, "invalid_api_key", "invalid_request_error"]);
    }
    expect((await post(locked, {}, { headers: key })).status).toBe(200);
    expect((await fetch(`${locked.url}/models`)).status).toBe(401);
    expect((await fetch(`${locked.url}/models`, { headers: key })).status).toBe(200);
  });

  it("takes the port it is told, and says when it cannot", async () => {
    await expect(createSimulator({ port: portOf(simulator) })).rejects.toMatchObject({ code: "EADDRINUSE" });
    const port = portOf(simulator);
    await simulator.close();
    await using again = await createSimulator({ port });
    expect(again.url).toBe(`http://127.0.0.1:${port}/v1`);
  });

  it("refuses options that make no sense", async () => {
    await expect(createSimulator({ tokensPerSecond: 0 })).rejects.toThrow(TypeError);
    await expect(createSimulator({ fault: { kind: "stall", afterChunks: -1 } })).rejects.toThrow(
      "A fault's afterChunks is a whole number of at least 0, not -1.",
    );
  });
});
