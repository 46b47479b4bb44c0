import type { ReasoningRequest } from "@waygate/core";
import type { ReasoningOptions } from "@waygate/vercel-ai-gateway";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, collect, failure, openRegistry, sendJson, sse, startService, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

const model = "anthropic/claude-sonnet-4";

/** What is sent as `reasoning` to a model of which the list says this. */
async function sentTo(listed: object, reasoning: ReasoningRequest): Promise<{ sent: unknown; told: string[] }> {
  service.get = (_path, response) => sendJson(response, { data: [{ id: model, type: "language", ...listed }] });
  await using registry = openRegistry(service).registry;
  await registry.gateway("vercel_ai_gateway").models({ signal: new AbortController().signal });
  const events = await collect(registry, { reasoning });
  const told = events.flatMap((event) => (event.type === "notice" ? [event.message] : []));
  return { sent: service.received.at(-1)?.body.reasoning, told };
}

describe("reasoning is asked for", () => {
  it.each([
    ["off", { enabled: false }],
    [{ effort: "minimal" }, { effort: "minimal" }],
    [{ effort: "high" }, { effort: "high" }],
    [{ effort: "max" }, { effort: "max" }],
    [{ budgetTokens: 3000 }, { enabled: true, max_tokens: 3000 }],
  ] as const)("%j as %j", async (reasoning, sent) => {
    expect((await ask(service, { reasoning })).body.reasoning).toEqual(sent);
  });

  // vercel.com/docs/ai-gateway/models-and-providers/reasoning: `reasoning_options` say what a model takes.
  const effortOnly = { reasoning_options: [{ type: "toggle" }, { type: "effort", values: ["low", "medium", "high"] }] };
  const budgets = { reasoning_options: [{ type: "budget_tokens", min: 1024, max: 32000 }] };

  it.each([
    [effortOnly, { effort: "medium" }, { effort: "medium" }, []],
    [effortOnly, { effort: "minimal" }, { effort: "low" }, ['the effort "minimal": "low"']],
    [effortOnly, { effort: "max" }, { effort: "high" }, ['the effort "max": "high"']],
    [effortOnly, { budgetTokens: 1000 }, { effort: "low" }, ['a budget to think: "low"']],
    [effortOnly, { budgetTokens: 5000 }, { effort: "medium" }, ['a budget to think: "medium"']],
    [effortOnly, { budgetTokens: 50_000 }, { effort: "high" }, ['a budget to think: "high"']],
    [budgets, { budgetTokens: 100 }, { enabled: true, max_tokens: 1024 }, ['a budget of 100 tokens to think: "1024"']],
    [budgets, { budgetTokens: 2000 }, { enabled: true, max_tokens: 2000 }, []],
    [
      budgets,
      { budgetTokens: 50_000 },
      { enabled: true, max_tokens: 32000 },
      ['a budget of 50000 tokens to think: "32000"'],
    ],
    [budgets, { effort: "xhigh" }, { effort: "xhigh" }, []],
    [{ tags: ["reasoning"] }, "off", { enabled: false }, []],
    [{ tags: ["tool-use"] }, "off", undefined, []],
  ] as const)("of a model of which the list says %j, %j as %j", async (listed, reasoning, sent, adjusted) => {
    const told = adjusted.map((words) => `${model} does not take ${words} was asked for.`);
    expect(await sentTo(listed, reasoning)).toEqual({ sent, told });
  });

  it("of no model of which the list says that it does not think", async () => {
    const error = await failure(sentTo({ tags: ["tool-use"] }, { effort: "low" }));
    expect(error.code).toBe("unsupported");
  });
});

describe("the option reasoning", () => {
  it.each([
    [undefined, { enabled: true }, { enabled: true }],
    [undefined, { exclude: true }, { exclude: true }],
    [{ effort: "low" }, { exclude: true }, { effort: "low", exclude: true }],
    [{ effort: "low" }, { effort: "high" }, { effort: "high" }],
    [{ budgetTokens: 2000 }, { effort: "none", exclude: false }, { effort: "none", exclude: false }],
    [{ effort: "low" }, { max_tokens: 2000 }, { max_tokens: 2000 }],
  ] as const)("beside %j: %j is sent as %j", async (reasoning, option: ReasoningOptions, sent) => {
    expect((await ask(service, { reasoning, gatewayOptions: { reasoning: { ...option } } })).body.reasoning).toEqual(
      sent,
    );
  });

  it("does not take an effort and a budget together", async () => {
    const error = await failure(ask(service, { gatewayOptions: { reasoning: { effort: "low", max_tokens: 1 } } }));
    expect(error.message).toContain('must not hold both "effort" and "max_tokens"');
  });
});

/** The three forms of details, as vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions/reasoning has them. */
const summary = { type: "reasoning.summary", summary: "**Adding**", format: "openai-responses-v1", index: 0 };
const encrypted = {
  type: "reasoning.encrypted",
  data: "gAAAAA==",
  id: "rs_1",
  format: "openai-responses-v1",
  index: 1,
};
const signed = {
  type: "reasoning.text",
  text: "Two and three.",
  signature: "EsAD==",
  format: "anthropic-claude-v1",
  index: 0,
};

describe("reasoning of an answer", () => {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: "gen_1",
    model,
    choices: [{ index: 0, delta, finish_reason }],
  });

  it.each([
    [
      "text and signature in pieces",
      [
        chunk({ reasoning: "Two ", reasoning_details: [{ ...signed, text: "Two ", signature: undefined }] }),
        chunk({
          reasoning: "and three.",
          reasoning_details: [{ ...signed, text: "and three.", signature: undefined }],
        }),
        chunk({
          reasoning_details: [{ type: "reasoning.text", signature: "EsAD==", format: signed.format, index: 0 }],
        }),
      ],
      "Two and three.",
      [signed],
    ],
    [
      "a summary, then what is encrypted",
      [chunk({ reasoning: "**Adding**", reasoning_details: [summary] }), chunk({ reasoning_details: [encrypted] })],
      "**Adding**",
      [summary, encrypted],
    ],
    ["what is encrypted alone", [chunk({ reasoning_details: [encrypted] })], "", [encrypted]],
    ["text alone", [chunk({ reasoning: "Hm." })], "Hm.", undefined],
  ])("that comes as %s is told, and sent back byte for byte", async (_name, chunks, text, details) => {
    service.answer = (response) => void response.end(sse(...chunks, chunk({ content: "5" }, "stop")));
    const { events } = await ask(service);
    expect(events.map((event) => (event.type === "reasoning-delta" ? event.text : "")).join("")).toBe(text);
    const states = events.flatMap((event) => (event.type === "reasoning-end" && event.state ? [event.state] : []));
    expect(states).toEqual(details === undefined ? [] : [details]);

    const origin = { gateway: "vercel_ai_gateway", model };
    const state = details && { state: { origin, data: details } };
    const { body } = await ask(service, {
      messages: [
        { role: "user", content: [{ type: "text", text: "2+3?" }] },
        {
          role: "assistant",
          content: [
            { type: "reasoning", text, ...state },
            { type: "text", text: "5" },
          ],
        },
        { role: "user", content: [{ type: "text", text: "Sure?" }] },
      ],
    });
    expect((body.messages as object[])[1]).toEqual({
      role: "assistant",
      content: "5",
      ...(details && { reasoning_details: details }),
    });
  });

  it("of another model is not sent back, with a notice", async () => {
    const { body, told } = await ask(service, {
      messages: [
        { role: "user", content: [{ type: "text", text: "2+3?" }] },
        {
          role: "assistant",
          content: [
            {
              type: "reasoning",
              text: "",
              state: { origin: { gateway: "vercel_ai_gateway", model: "openai/gpt-5" }, data: [encrypted] },
            },
            { type: "text", text: "5" },
          ],
        },
        { role: "user", content: [{ type: "text", text: "Sure?" }] },
      ],
    });
    expect((body.messages as object[])[1]).toEqual({ role: "assistant", content: "5" });
    expect(told).toEqual(["foreign-state-dropped"]);
  });
});
