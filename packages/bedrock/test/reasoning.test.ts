import type { Message, ModelRequest } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { asking } from "./asking.ts";
import type { Opening } from "./open.ts";
import { claude } from "./open.ts";

const ask = asking();
const sonnet45 = `us.${claude}`;
const opus46 = "us.anthropic.claude-opus-4-6-v1";
const opus5 = "us.anthropic.claude-opus-5";
const fable5 = "us.anthropic.claude-fable-5";
const nova2 = "us.amazon.nova-2-lite-v1:0";
const gptOss = "openai.gpt-oss-120b-1:0";

async function asked(model: string, change: Partial<ModelRequest>, opening?: Opening) {
  const { body, notices } = await ask({ model, ...change }, opening);
  return { fields: body.additionalModelRequestFields, inferenceConfig: body.inferenceConfig, notices };
}

describe("thinking by a budget", () => {
  it("is what a model's own fields say, whole, where they say it", async () => {
    const options = { additionalModelRequestFields: { thinking: { type: "disabled" } } };
    const { fields } = await asked(sonnet45, { reasoning: { effort: "low" }, gatewayOptions: options });
    expect(fields).toEqual({ thinking: { type: "disabled" } });
  });

  it.each([
    [{ budgetTokens: 2000 }, 2000],
    [{ budgetTokens: 5 }, 1024],
    [{ effort: "minimal" }, 1024],
    [{ effort: "high" }, 24_000],
  ] as const)("asked as %j is %d tokens", async (reasoning, tokens) => {
    const { fields, notices } = await asked(sonnet45, { reasoning });
    expect(fields).toEqual({ thinking: { type: "enabled", budget_tokens: tokens } });
    expect(notices).toEqual([]);
  });

  it("is cut where the answer has less room, and left out where it has none", async () => {
    const cut = await asked(sonnet45, { reasoning: { effort: "high" }, maxOutputTokens: 4000 });
    expect(cut.fields).toEqual({ thinking: { type: "enabled", budget_tokens: 3999 } });
    expect(cut.inferenceConfig).toEqual({ maxTokens: 4000 });
    expect(cut.notices).toEqual([
      "reasoning-budget-changed: The budget to think was cut to 3999: it is part of the answer's tokens.",
    ]);
    const none = await asked(sonnet45, { reasoning: { effort: "high" }, maxOutputTokens: 1000 });
    expect(none.fields).toBeUndefined();
    expect(none.notices).toEqual([
      "reasoning-dropped: An answer of 1000 tokens leaves no room to think, which takes 1024 at least.",
    ]);
  });

  it.each([
    ["us.anthropic.claude-opus-4-1-20250805-v1:0", { effort: "xhigh" }, 31_999],
    ["us.anthropic.claude-opus-4-1-20250805-v1:0", { effort: "max" }, 31_999],
    [sonnet45, { budgetTokens: 100_000 }, 63_999],
    [opus46, { budgetTokens: 200_000 }, 127_999],
  ] as const)("of %s asked as %j is no more than the model can output", async (model, reasoning, tokens) => {
    const { fields, notices } = await asked(model, { reasoning });
    expect(fields).toEqual({ thinking: { type: "enabled", budget_tokens: tokens } });
    expect(notices).toEqual([
      `reasoning-budget-changed: The budget to think was cut to ${tokens}: it is part of the answer's tokens.`,
    ]);
  });

  it("named by an effort is one that fits every model, where it is not known how much one can output", async () => {
    const opus4 = "us.anthropic.claude-opus-4-20250514-v1:0";
    expect((await asked(opus4, { reasoning: { effort: "max" } })).fields).toEqual({
      thinking: { type: "enabled", budget_tokens: 31_999 },
    });
    expect((await asked(opus4, { reasoning: { budgetTokens: 40_000 } })).fields).toEqual({
      thinking: { type: "enabled", budget_tokens: 40_000 },
    });
  });

  it("is no more than the base model of a model of the settings can output", async () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";
    const settings = {
      available_models: [{ name: arn, max_tokens: 200_000, base_model: "anthropic.claude-opus-4-1-20250805-v1:0" }],
    };
    const { fields } = await asked(arn, { reasoning: { effort: "max" } }, { settings });
    expect(fields).toEqual({ thinking: { type: "enabled", budget_tokens: 31_999 } });
  });

  it("is left out where a tool has to be called", async () => {
    const tool = { name: "look", description: "", parameters: { type: "object" } };
    const { fields, notices } = await asked(sonnet45, {
      reasoning: { effort: "low" },
      tools: [tool],
      toolChoice: "required",
    });
    expect(fields).toBeUndefined();
    expect(notices).toEqual([
      "reasoning-dropped: A model that has to call a tool cannot think before it: it was not asked to.",
    ]);
  });

  it("is left out within a turn that began without signed thoughts", async () => {
    const messages: Message[] = [
      { role: "user", content: [{ type: "text", text: "Look" }] },
      { role: "assistant", content: [{ type: "tool-call", id: "c1", name: "look", arguments: "{}", status: "ok" }] },
      { role: "tool", content: [{ type: "tool-result", id: "c1", name: "look", content: [], isError: false }] },
    ];
    const { fields, notices } = await asked(sonnet45, { reasoning: { effort: "low" }, messages });
    expect(fields).toBeUndefined();
    expect(notices).toEqual([
      "reasoning-dropped: The model cannot go on thinking: its earlier calls of tools come without the reasoning that they began with.",
    ]);
  });

  it("stays on throughout a turn that began with signed thoughts, however its later calls come", async () => {
    const call = (id: string) => ({ type: "tool-call", id, name: "look", arguments: "{}", status: "ok" }) as const;
    const results = (id: string): Message => ({
      role: "tool",
      content: [{ type: "tool-result", id, name: "look", content: [], isError: false }],
    });
    const state = { origin: { gateway: "amazon-bedrock", model: sonnet45 }, data: { signature: "sig==" } };
    const messages: Message[] = [
      { role: "user", content: [{ type: "text", text: "Look twice" }] },
      { role: "assistant", content: [{ type: "reasoning", text: "Hm.", state }, call("c1")] },
      results("c1"),
      { role: "assistant", content: [call("c2")] },
      results("c2"),
    ];
    const tools = [{ name: "look", description: "", parameters: { type: "object" } }];
    const change = { reasoning: { effort: "low" }, temperature: 0.2, messages, tools } as const;
    const { fields, inferenceConfig, notices } = await asked(sonnet45, change);
    expect(fields).toEqual({ thinking: { type: "enabled", budget_tokens: 4096 } });
    expect(inferenceConfig).toBeUndefined();
    expect(notices).toEqual([
      "temperature-dropped: While it thinks, this model takes no temperature: it was left out.",
    ]);
  });

  it("takes no temperature beside it, and says so", async () => {
    const { inferenceConfig, notices } = await asked(sonnet45, { reasoning: { effort: "low" }, temperature: 0.2 });
    expect(inferenceConfig).toBeUndefined();
    expect(notices).toEqual([
      "temperature-dropped: While it thinks, this model takes no temperature: it was left out.",
    ]);
  });
});

describe("adaptive thinking", () => {
  it("puts the effort on the wire", async () => {
    const { fields, notices } = await asked(opus46, { reasoning: { effort: "max" } });
    expect(fields).toEqual({ thinking: { type: "adaptive" }, output_config: { effort: "max" } });
    expect(notices).toEqual([]);
  });

  it("has the nearest effort below one that a model does not know", async () => {
    const { fields, notices } = await asked(opus46, { reasoning: { effort: "xhigh" } });
    expect(fields).toEqual({ thinking: { type: "adaptive" }, output_config: { effort: "high" } });
    expect(notices).toEqual(["reasoning-effort-changed: This model knows no effort xhigh: it was asked for high."]);
  });

  it("takes a budget where the model does, and an effort for one where it does not", async () => {
    expect((await asked(opus46, { reasoning: { budgetTokens: 3000 } })).fields).toEqual({
      thinking: { type: "enabled", budget_tokens: 3000 },
    });
    const { fields, notices } = await asked(opus5, { reasoning: { budgetTokens: 30_000 } });
    expect(fields).toEqual({
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: "high" },
    });
    expect(notices).toEqual([
      "reasoning-budget-changed: This model takes no budget: it was asked to think with effort high.",
    ]);
  });

  it("is shown only where that can be asked: not in GovCloud", async () => {
    const settings = { region: "us-gov-west-1" };
    const { fields } = await asked("us-gov.anthropic.claude-opus-5", { reasoning: { effort: "low" } }, { settings });
    expect(fields).toEqual({ thinking: { type: "adaptive" }, output_config: { effort: "low" } });
  });

  it.each(["us.anthropic.claude-mythos-preview", "global.anthropic.claude-opus-preview"])(
    "is that of the newest for %s, which has no number in its name",
    async (model) => {
      const change = { reasoning: { effort: "xhigh" }, temperature: 0.2, toolChoice: "auto" } as const;
      const { fields, inferenceConfig } = await asked(model, change);
      const thinking = { type: "adaptive", display: "summarized" };
      expect(fields).toEqual({ thinking, output_config: { effort: "xhigh" } });
      expect(inferenceConfig).toBeUndefined();
    },
  );

  it("is turned off as each model has it", async () => {
    expect((await asked(opus46, { reasoning: "off" })).fields).toBeUndefined();
    expect((await asked(opus5, { reasoning: "off" })).fields).toEqual({ thinking: { type: "disabled" } });
    const { fields, notices } = await asked(fable5, { reasoning: "off" });
    expect(fields).toBeUndefined();
    expect(notices).toEqual(["reasoning-always-on: This model always thinks; it cannot be asked not to."]);
  });
});

describe("other models", () => {
  it("of Amazon take an effort, the highest of which leaves room for nothing else", async () => {
    const low = await asked(nova2, { reasoning: { effort: "low" }, temperature: 0.3, maxOutputTokens: 900 });
    expect(low.fields).toEqual({ reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } });
    expect(low.inferenceConfig).toEqual({ maxTokens: 900, temperature: 0.3 });
    const high = await asked(nova2, { reasoning: { effort: "max" }, temperature: 0.3, maxOutputTokens: 900 });
    expect(high.fields).toEqual({ reasoningConfig: { type: "enabled", maxReasoningEffort: "high" } });
    expect(high.inferenceConfig).toBeUndefined();
    expect(high.notices).toEqual([
      "reasoning-effort-changed: This model knows no effort max: it was asked for high.",
      "sampling-dropped: At its highest effort this model takes neither temperature nor topP nor a limit.",
    ]);
    expect((await asked(nova2, { reasoning: "off" })).fields).toEqual({ reasoningConfig: { type: "disabled" } });
  });

  it("take an effort in a field of their own", async () => {
    expect((await asked(gptOss, { reasoning: { effort: "medium" } })).fields).toEqual({ reasoning_effort: "medium" });
    const settings = { region: "us-west-2" };
    expect((await asked("deepseek.v3-v1:0", { reasoning: { effort: "low" } }, { settings })).fields).toEqual({
      reasoning_config: "low",
    });
  });

  it("think whatever they are asked, which is said", async () => {
    const { fields, notices } = await asked("us.deepseek.r1-v1:0", { reasoning: { effort: "low" } });
    expect(fields).toBeUndefined();
    expect(notices).toEqual([
      "reasoning-effort-ignored: This model thinks as much as it sees fit; how much cannot be asked.",
    ]);
  });

  it("that always think say so where they are asked not to", async () => {
    for (const model of [gptOss, "deepseek.r1-v1:0"]) {
      const { fields, notices } = await asked(model, { reasoning: "off" });
      expect([fields, notices]).toEqual([
        undefined,
        ["reasoning-always-on: This model always thinks; it cannot be asked not to."],
      ]);
    }
    expect((await asked("qwen.qwen3-32b-v1:0", { reasoning: "off" })).notices).toEqual([]);
  });

  it("that nothing is known of are asked nothing, which is said", async () => {
    const { fields, notices } = await asked("acme.brain-v1", { reasoning: { effort: "low" } });
    expect(fields).toBeUndefined();
    expect(notices).toEqual([
      'reasoning-ignored: How this model is asked to think is not known: set "thinking" or "base_model".',
    ]);
  });
});

describe("models of the settings", () => {
  const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";
  const model = (more: object): Opening => ({
    settings: { available_models: [{ name: arn, max_tokens: 200_000, ...more }] },
  });

  it("think as their base model does", async () => {
    const opening = model({ base_model: "anthropic.claude-opus-5" });
    expect((await asked(arn, { reasoning: { effort: "xhigh" } }, opening)).fields).toEqual({
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: "xhigh" },
    });
  });

  it.each([
    [{ thinking: true }, { thinking: { type: "enabled", budget_tokens: 4096 } }],
    [{ thinking: { budget_tokens: 8000 } }, { thinking: { type: "enabled", budget_tokens: 8000 } }],
    [{ thinking: { budget_tokens: 48_000 } }, { thinking: { type: "enabled", budget_tokens: 48_000 } }],
    [{ thinking: { adaptive: true } }, { thinking: { type: "adaptive" }, output_config: { effort: "low" } }],
    [{ thinking: { has_xhigh: true } }, { thinking: { type: "adaptive" }, output_config: { effort: "low" } }],
    [{ thinking: {} }, { thinking: { type: "enabled", budget_tokens: 4096 } }],
    [{ thinking: { adaptive: false } }, { thinking: { type: "enabled", budget_tokens: 4096 } }],
  ])("declared with %j are asked so", async (declared, wanted) => {
    expect((await asked(arn, { reasoning: { effort: "low" } }, model(declared))).fields).toEqual(wanted);
  });

  it("take xhigh only where that is declared", async () => {
    const reasoning = { effort: "xhigh" } as const;
    const effort = (value: string) => ({ thinking: { type: "adaptive" }, output_config: { effort: value } });
    expect((await asked(arn, { reasoning }, model({ thinking: { adaptive: true } }))).fields).toEqual(effort("high"));
    expect((await asked(arn, { reasoning }, model({ thinking: { adaptive: true, has_xhigh: true } }))).fields).toEqual(
      effort("xhigh"),
    );
  });

  it("declared not to think are not asked to: a request that wants it is refused", async () => {
    await expect(asked(arn, { reasoning: { effort: "low" } }, model({ thinking: false }))).rejects.toMatchObject({
      code: "unsupported",
    });
  });

  it("think by themselves where the settings' mode says so", async () => {
    expect((await asked(arn, {}, model({ mode: { type: "thinking", budget_tokens: 2048 } }))).fields).toEqual({
      thinking: { type: "enabled", budget_tokens: 2048 },
    });
    expect((await asked(arn, {}, model({ mode: { type: "adaptive" } }))).fields).toEqual({
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
    });
    expect((await asked(arn, {}, model({ mode: { type: "default" } }))).fields).toBeUndefined();
  });
});
