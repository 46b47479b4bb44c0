import { describe, expect, it } from "vitest";
import { AgentSettings, features } from "./agent.ts";

const own = { foreign: false };
const base = { provider: "openrouter", model: "openrouter/auto" };

describe("AgentSettings", () => {
  it("falls back on the default model for every feature", () => {
    const agent = new AgentSettings({ default_model: base }, own);
    for (const feature of features) {
      expect(agent.model(feature)).toMatchObject({ ...base, path: ["agent", "default_model"] });
    }
    expect(new AgentSettings(undefined, own).model("default_model")).toBeUndefined();
  });

  it("takes a feature's own model before any other", () => {
    const agent = new AgentSettings(
      {
        default_model: base,
        inline_assistant_model: { provider: "a", model: "inline" },
        commit_message_model: { provider: "a", model: "commit", enable_thinking: false },
        thread_summary_model: { provider: "a", model: "summary", enable_thinking: true },
        subagent_model: { provider: "a", model: "sub", enable_thinking: true, effort: "high", speed: "fast" },
      },
      own,
    );
    expect(agent.model("inline_assistant_model")).toMatchObject({ model: "inline", reasoning: undefined });
    expect(agent.model("commit_message_model")).toMatchObject({ model: "commit", reasoning: "off" });
    expect(agent.model("thread_summary_model")).toMatchObject({ model: "summary", reasoning: { effort: "medium" } });
    expect(agent.model("subagent_model")).toMatchObject({
      model: "sub",
      reasoning: { effort: "high" },
      effort: "high",
    });
    expect(agent.issues).toEqual([]);
  });

  it("gives subagents and compaction the conversation's model before the default", () => {
    const agent = new AgentSettings({ default_model: base }, own);
    const current = { provider: "b", model: "current", enableThinking: undefined, effort: undefined };
    expect(agent.model("subagent_model", current)).toMatchObject({ model: "current", path: undefined });
    expect(agent.model("compaction_model", current)).toMatchObject({ model: "current" });
    expect(agent.model("commit_message_model", current)).toMatchObject({ model: "openrouter/auto" });
  });

  it("lets the last of the parameters that fit decide", () => {
    const agent = new AgentSettings(
      {
        default_model: base,
        model_parameters: [
          { temperature: 0.1 },
          { provider: "openrouter", temperature: 0.2 },
          { provider: "openrouter", model: "openrouter/auto", temperature: 0 },
          { model: "other", temperature: 0.4 },
          { provider: "quiet" },
        ],
      },
      own,
    );
    expect(agent.model("default_model")?.temperature).toBe(0);
    expect(agent.temperature({ provider: "openrouter", model: "x" })).toBe(0.2);
    expect(agent.temperature({ provider: "openrouter", model: "other" })).toBe(0.4);
    expect(agent.temperature({ provider: "z", model: "z" })).toBe(0.1);
    expect(agent.temperature({ provider: "quiet", model: "z" })).toBeUndefined();
  });

  it("lists favourites and alternatives, each favourite once", () => {
    const agent = new AgentSettings(
      { favorite_models: [base, { ...base, effort: "low" }], inline_alternatives: [base] },
      own,
    );
    expect(agent.favorites).toEqual([base]);
    expect(agent.isFavorite(base)).toBe(true);
    expect(agent.inlineAlternatives()).toMatchObject([base]);
  });

  it("names each fault by its place, and uses the rest", () => {
    const agent = new AgentSettings(
      {
        default_model: base,
        commit_message_model: { provider: "a" },
        thread_summary_model: "a/b",
        inline_assistant_model: { provider: "a", model: "", enable_thinking: "yes", effort: "hihg" },
        subagent_model: { provider: "a", model: "m", effort: "medum", enable_thinkng: true },
        favorite_models: {},
        model_parameters: [{ temperature: "hot" }, { provider: 5, temperature: 1 }, 3],
      },
      own,
    );
    expect(agent.model("commit_message_model")).toMatchObject(base);
    expect(agent.model("subagent_model")).toMatchObject({ model: "m", effort: undefined });
    expect(agent.temperature(base)).toBeUndefined();
    expect(
      agent.issues.map(({ path, message, harmless }) => [path.slice(1).join("."), harmless ?? false, message]),
    ).toEqual([
      ["inline_assistant_model.model", false, "Must be the id of a model, as the gateway names it."],
      ["inline_assistant_model.enable_thinking", true, "Must be true or false; it is ignored."],
      ["inline_assistant_model.effort", true, expect.stringContaining('Did you mean "high"?')],
      ["commit_message_model", false, '"model" is missing: the id of a model, as the gateway names it.'],
      ["thread_summary_model", false, expect.stringContaining('{"provider"')],
      ["subagent_model.effort", true, expect.stringContaining('Did you mean "medium"?')],
      ["subagent_model.enable_thinkng", true, expect.stringContaining('Did you mean "enable_thinking"?')],
      ["favorite_models", false, "Must be a list."],
      ["model_parameters.0.temperature", false, "Must be a number that is not negative."],
      ["model_parameters.1.provider", false, "Must be the id of a gateway."],
      ["model_parameters.2", false, expect.stringContaining("Must be an object")],
    ]);
  });

  it("warns of misspelt keys, and of unknown ones in a file that is ours alone", () => {
    const raw = { defualt_model: base, tool_permissions: {}, something_else: 1 };
    const keys = (foreign: boolean) => new AgentSettings(raw, { foreign }).issues.map(({ path }) => path[1]);
    expect(keys(false)).toEqual(["defualt_model", "something_else"]);
    expect(keys(true)).toEqual(["defualt_model"]);
  });
});
